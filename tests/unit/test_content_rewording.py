"""Examples and wordings that change in place: nothing else of the files does."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content import editing, folder, rewording
from bot.content.folder import ContentRefused
from bot.content.rewording import For

ROOT = Path(__file__).parents[2]
OURS = folder.read(ROOT)
FILES = {
    "data/nlu/a.yml": b"nlu:\r\n- intent: greet  # first\r\n  examples: |\r\n    - hello\r\n    - hi there\r\n",
    "domain.yml": b"""responses:
  utter_greet:  # said first
  - text: "Hi!"
    buttons: &more
    - title: Go on
      payload: /go_on
  # in the evening
  - text: Good evening
    buttons: *more

  # the end
  utter_bye:
  - text: >
      So long,
      and thanks.
""",
}


def test_an_example_reads_otherwise_in_its_old_place() -> None:
    after = rewording.change_example(FILES, "greet", "hello", "  good   day ")
    assert after["data/nlu/a.yml"] == FILES["data/nlu/a.yml"].replace(b"hello", b"good day")
    same = rewording.change_example(FILES, "greet", "hello", "Hello!")
    assert b"- Hello!\r\n" in same["data/nlu/a.yml"]
    for old, new in (("hello", "hi there"), ("hello", "/go"), ("gone", "new"), ("hello", "")):
        with pytest.raises(ContentRefused):
            rewording.change_example(FILES, "greet", old, new)


def test_a_wording_stands_after_the_others_with_whom_it_is_for() -> None:
    after = rewording.add_wording(FILES, "utter_greet", 'Hi, "you"', For("telegram", "plain", "de", "2027-01-31"))
    written = (
        '  - text: "Hi, \\"you\\""\n'
        "    channel: telegram\n"
        "    condition: [{type: slot, name: tone, value: plain}, {type: slot, name: language, value: de}]\n"
        '    metadata: {until: "2027-01-31"}\n'
    )
    assert after["domain.yml"].decode() == FILES["domain.yml"].decode().replace(
        "    buttons: *more\n", "    buttons: *more\n" + written
    )
    last = rewording.add_wording(FILES, "utter_bye", "Bye.", For())
    assert last["domain.yml"] == FILES["domain.yml"] + b'  - text: "Bye."\n'


def test_a_wording_goes_unless_others_need_it() -> None:
    after = rewording.remove_wording(FILES, "utter_greet", 1, "Good evening")
    assert editing.answers_in(after["domain.yml"], "domain.yml")["utter_greet"] == ["Hi!"]
    assert b"# said first" in after["domain.yml"] and b"# the end" in after["domain.yml"]
    for number, text in ((0, "Hi!"), (1, "otherwise"), (2, "Good evening")):  # the first one's buttons are used below
        with pytest.raises(ContentRefused):
            rewording.remove_wording(FILES, "utter_greet", number, text)
    with pytest.raises(ContentRefused, match="last wording"):
        rewording.remove_wording(FILES, "utter_bye", 0, "So long, and thanks.\n")


def test_answers_of_ours_take_one_more_wording_and_lose_it_again() -> None:
    for answer, wordings in list(editing.answers_in(OURS["domain.yml"], "domain.yml").items())[::25]:
        after = rewording.add_wording(OURS, answer, "One more.", For(channel="web"))
        back = rewording.remove_wording(after, answer, len(wordings), "One more.")
        assert back["domain.yml"] == OURS["domain.yml"]


@pytest.mark.parametrize("whom", [For(channel="fax"), For(tone="loud"), For(language="German"), For(until="soon")])
def test_whom_there_is_not_is_refused(whom: For) -> None:
    with pytest.raises(ContentRefused):
        rewording.add_wording(FILES, "utter_greet", "Hello.", whom)
