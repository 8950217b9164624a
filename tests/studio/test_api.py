"""The studio's API over both databases: who may, saving beside others, labels, publishing and back, the draft."""

from __future__ import annotations

import asyncio
import difflib
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select

from bot.content import versions
from bot.engine.wire import Near, Parse, Ranked, Span
from conversations.staff import Role
from conversations.store import tables as t
from tests.front import House
from tests.studio.editors import editor

DOMAIN, RETURNS = "domain.yml", "data/nlu/returns.yml"
COST, ANSWER = "return_cost", "utter_return_cost"


def content(home: House, name: str) -> str:
    return (home.front.settings.environment.project / name).read_text()


def differences(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that came and those that went; all others are where they were."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))[2:]
    return [one[1:] for one in lines if one[0] == "+"], [one[1:] for one in lines if one[0] == "-"]


def write(home: House, name: str, text: str) -> None:
    (home.front.settings.environment.project / name).write_text(text)


def unread(home: House) -> None:
    """Takes the phrase away that says the intent back."""
    begun = content(home, DOMAIN)
    at = begun.index(f"  utter_reading_{COST}:")
    write(home, DOMAIN, begun[:at] + begun[begun.index("\n  utter_", at) + 1 :])


async def test_editors_leads_and_admins_may_and_a_page_of_another_site_may_not(home: House) -> None:
    for role, status in ((Role.AGENT, 403), (Role.EDITOR, 200), (Role.LEAD, 200), (Role.ADMIN, 200)):
        who = await editor(home, role.value, role)
        for path in ("/me", "/overview"):
            await who.call("GET", path, expect=status)
    me = await who.get("/me")
    assert (me["name"], me["desk"], me["may_overrule"]) == ("admin", True, True)
    for path in ("/me", "/intents", "/labels", "/trial", "/publishing", "/versions", "/unanswered", "/nowhere"):
        answer = await home.client.get(f"/studio/api{path}")
        assert (answer.status, answer.content_type) == (401, "application/problem+json")
    await who.call("GET", "/nowhere", expect=404)

    edna = await editor(home)
    signed_in = await home.client.post("/api/v1/sign-in", json={"token": edna.token})
    assert signed_in.status == 200 and "HttpOnly" in signed_in.headers["Set-Cookie"]
    assert (await home.client.get("/studio/api/me")).status == 200
    assert (await home.client.get("/api/v1/queue")).status == 403
    assert (await home.client.post("/studio/api/publishing", json={})).status == 403
    page = await home.client.get("/studio")
    assert page.status == 200 and "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert (await home.client.get("/static/studio/..%2f..%2fpage.py")).status == 404


async def test_what_is_changed_is_a_version_with_its_author_and_the_rest_of_the_files_stays(home: House) -> None:
    edna = await editor(home)
    before = {name: content(home, name) for name in (DOMAIN, RETURNS)}
    shown = await edna.get(f"/intents/{COST}")
    first, second = (one["text"] for one in shown["examples"][:2])
    wording = shown["answers"][0]["wordings"][0]["text"]
    more = {"answer": ANSWER, "text": "£2.95.", "channel": "telegram", "until": "2027-01-31"}
    saved = await edna.save(
        COST,
        shown["version"],
        add=["what's the charge for posting a pan back"],
        remove=[first],
        reword=[{"old": second, "new": "is a return free of charge"}],
        words=[{"answer": ANSWER, "number": 0, "was": wording, "text": "It costs £2.95, off the refund."}],
        more_wordings=[more],
    )
    last = saved["answers"][0]["wordings"][-1]
    assert (last["text"], last["channel"], last["until"]) == ("£2.95.", "telegram", "2027-01-31")
    assert any(one["severity"] == "warning" for one in saved["problems"]), "the channel's own hides others"
    added, gone = differences(before[DOMAIN], content(home, DOMAIN))
    assert gone == [f'  - text: "{wording}"']
    assert added == [
        '  - text: "It costs £2.95, off the refund."',
        '  - text: "£2.95."',
        "    channel: telegram",
        '    metadata: {until: "2027-01-31"}',
    ]
    added, gone = differences(before[RETURNS], content(home, RETURNS))
    assert gone == [f"    - {first}", f"    - {second}"]
    assert added == ["    - is a return free of charge", "    - what's the charge for posting a pan back"]
    async with home.front.database.read() as tx:
        newest = await versions.newest(tx)
    assert newest is not None and newest.by == "Edna"

    lost = {"answer": ANSWER, "number": last["number"], "was": "£2.95."}
    await edna.save(COST, saved["version"], fewer_wordings=[lost])
    added, _ = differences(before[DOMAIN], content(home, DOMAIN))
    assert added == ['  - text: "It costs £2.95, off the refund."']


async def test_a_missing_phrase_that_says_an_intent_back_is_written_once(home: House) -> None:
    unread(home)
    edna, sam = await editor(home), await editor(home, "Sam")
    shown = await edna.get(f"/intents/{COST}")
    assert [one["reading"] for one in shown["answers"]] == [False]
    saved = await edna.save(COST, shown["version"], reading="what a  return\ncosts")
    [reading] = [one for one in saved["answers"] if one["reading"]]
    assert (reading["name"], reading["wordings"][0]["text"]) == (f"utter_reading_{COST}", "what a return costs")
    refused = await sam.save(COST, shown["version"], 409, reading="the price of a return")
    assert refused["by"] == "Edna"
    assert "already" in (await sam.save(COST, refused["version"], 422, reading="the price of a return"))["title"]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"add": ["/greet"]}, "begins with a slash"),
    ({"add": ["a" * 3000]}, "too many"),
    ({"add": ["is it\u0000free"]}, "nobody can see"),
    ({"add": ["  "]}, "empty"),
    ({"add": ["are returns free"]}, "already"),
    ({"add": ["where is my order"]}, "Move it"),
    ({"remove": ["never was there"]}, "does not stand"),
    ({"words": [{"answer": ANSWER, "number": 0, "was": "none", "text": "x"}]}, "otherwise by now"),
    ({"words": [{"answer": "utter_nothing", "number": 0, "was": "", "text": "x"}]}, "no answer"),
    ({"more_wordings": [{"answer": ANSWER, "text": "x", "channel": "fax"}]}, "no channel"),
    ({"more_wordings": [{"answer": ANSWER, "text": "x", "until": "soon"}]}, "no day"),
]


async def test_what_cannot_be_is_refused_in_words_and_nothing_is_changed(sqlite_home: House) -> None:
    edna = await editor(sqlite_home)
    before = (content(sqlite_home, DOMAIN), content(sqlite_home, RETURNS))
    version = (await edna.get(f"/intents/{COST}"))["version"]
    for wrong, told in WRONG:
        assert told in (await edna.save(COST, version, 422, **wrong))["title"]
    await edna.save(COST, version, 400, add="no list")
    await edna.save(COST, version, 413, add=["a" * 1_100_000])
    await edna.save("no_such_intent", version, 422, add=["hello there"])
    await edna.save(COST, version + 100, 422, add=["hello there"])
    assert (content(sqlite_home, DOMAIN), content(sqlite_home, RETURNS)) == before


async def test_broken_files_in_the_folder_are_told_and_nothing_is_written_over_them(sqlite_home: House) -> None:
    home = sqlite_home
    edna = await editor(home)
    shown = await edna.get(f"/intents/{COST}")
    bomb = "a: &a [x]\n" + "".join(f"{n}: &{n} [{', '.join(['*' + b] * 9)}]\n" for b, n in pairwise("abcdefghi"))
    for text in (content(home, RETURNS) + "\tbroken: [\n", bomb + content(home, RETURNS)):
        write(home, RETURNS, text)
        listed = await edna.get("/intents")
        assert any(one["file"] == RETURNS and one["severity"] == "error" for one in listed["problems"])
        told = await edna.save(COST, shown["version"], 409, add=["a new one"])
        assert told["by"] == "the folder"
        assert content(home, RETURNS) == text


async def test_two_editors_of_one_intent_the_second_sees_the_first_s_change_and_both_are_kept(home: House) -> None:
    edna, sam = await editor(home), await editor(home, "Sam")
    hers, his = await edna.get(f"/intents/{COST}"), await sam.get(f"/intents/{COST}")
    wording = hers["answers"][0]["wordings"][0]["text"]
    one = {"answer": "utter_return_cost", "number": 0, "was": wording}
    other = await sam.get("/intents/store_hours")
    await sam.save("store_hours", other["version"], add=["are you open this very evening"])
    new = "what is the price of a return"
    await sam.save(COST, his["version"], words=[{**one, "text": "Three pounds."}], add=[new])
    both = {"words": [{**one, "text": "£2.95 it is."}], "add": ["do i pay for it"]}
    refused = await edna.save(COST, hers["version"], 409, **both)
    assert refused["by"] == "Sam"
    assert refused["theirs"]["answers"][0]["wordings"][0]["text"] == "Three pounds."
    assert refused["seen"]["answers"][0]["wordings"][0]["text"] == wording
    assert "£2.95 it is." not in content(home, DOMAIN)
    merged = [{**one, "was": "Three pounds.", "text": "Three pounds, or £2.95."}]
    saved = await edna.save(COST, refused["version"], words=merged, add=["do i pay for it"])
    texts = [example["text"] for example in saved["examples"]]
    assert {"do i pay for it", new} <= set(texts)
    assert saved["answers"][0]["wordings"][0]["text"] == "Three pounds, or £2.95."
    # With an editor of one's own, in the folder.
    write(home, DOMAIN, content(home, DOMAIN).replace("Three pounds, or £2.95.", "Nothing."))
    refused = await edna.save(COST, saved["version"], 409, add=["does it cost me"])
    assert refused["by"] == "the folder" and "Nothing." in content(home, DOMAIN)


async def test_an_example_is_told_what_it_is_near_to_and_what_of_it_is_somebody_s(sqlite_home: House) -> None:
    words = "i am Ana Lopes, a@b.de, 07700 900123, pan 1045, my password is hunter2"
    spans = [("name", "Ana Lopes"), ("email", "a@b.de"), ("phone", "07700 900123")]
    personal = tuple(Span(kind, words.index(one), words.index(one) + len(one)) for kind, one in spans)
    nearest = (Near("what do you know of me", "privacy", 0.95),)
    sqlite_home.engine.answer(words, "", Parse("greet", 0.9, True, personal=personal, nearest=nearest))
    edna = await editor(sqlite_home)
    marked = words.replace("1045", "[1045](order_number)")
    asked = {"texts": [marked, "is it dear to return"], "intent": COST}
    [found, plain] = (await edna.call("POST", "/unanswered/near", asked))["texts"]
    assert (found["text"], found["personal"]) == (marked, ["email", "name", "secret"])
    assert [(one["intent"], one["too_near"]) for one in found["near"]] == [("privacy", True)]
    assert plain["personal"] == []


async def test_past_messages_are_labelled_once_and_masked(home: House) -> None:
    parse = Parse("return_cost", 0.6, True, ranking=(Ranked("return_cost", 0.6), Ranked("refund_time", 0.3)))
    home.engine.answer("what does it cost", "£2.95", parse)
    visitor = await home.browser()
    await visitor.say("what does it cost")
    await visitor.until_said("bot", "£2.95")
    edna = await editor(home)
    found = await edna.get("/labels")
    [message] = found["messages"]
    assert message["text"] == "what does it cost" and message["likely"][0] == ["return_cost", 0.6]
    assert ["return_cost", "Return cost"] in found["intents"] and found["labels_wanted"] == 2
    of = {"conversation_id": message["conversation_id"], "number": message["number"]}
    await edna.call("POST", "/labels", {**of, "intent": "nonsense"}, 422)
    assert await edna.call("POST", "/labels", {**of, "intent": "refund_time"}) == {"labels": 1}
    assert await edna.call("POST", "/labels", {**of, "intent": ""}) == {"labels": 1}
    assert (await edna.get("/labels"))["messages"] == []
    await edna.call("POST", "/labels", {"conversation_id": "web:gone", "number": 1, "intent": ""}, 404)


async def test_publishing_from_the_page_tells_its_steps_its_verdict_and_goes_back(home: House) -> None:
    edna, lena = await editor(home), await editor(home, "Lena", Role.LEAD)
    assert (await edna.get("/overview"))["pending"]["known"] is False
    await edna.call("POST", "/publishing", {"note": "the beginning"}, 202)
    await edna.call("POST", "/publishing", {}, 409)
    first = await edna.until("/publishing", lambda state: not state["running"])
    assert first["outcome"]["version"] == 1, first["failed"]
    assert [text for _, text in first["steps"]][:2] == ["Checking the content …", "Training beside the live model …"]
    assert first["asked"]["by"] == "Edna"

    shown = await edna.get(f"/intents/{COST}")
    assert shown["live"]["right"] == 1.0
    await edna.save(COST, shown["version"], add=["strange one?!", "strange two?!"])
    pending = (await edna.get("/overview"))["pending"]
    assert [one["by"] for one in pending["saved"]] == ["Edna"]
    assert [(one["intent"], len(one["added"])) for one in pending["intents"]] == [(COST, 2)]

    refused = await edna.publish("copied")
    assert refused["outcome"]["version"] is None and "read as" in refused["outcome"]["verdict"]["against"][0]
    await edna.call("POST", "/publishing", {"anyway": "I want it"}, 403)
    second = await lena.publish("copied", anyway="they mean it so")
    assert second["outcome"]["version"] == 2
    [newest, oldest] = await edna.get("/versions")
    assert (newest["live"], newest["made_by"], newest["verdict"]["anyway"]) == (True, "Lena", "they mean it so")
    assert (await edna.get("/overview"))["pending"]["saved"] == []

    await edna.call("POST", "/rollback", {"version": 1, "live": oldest["version"]}, 409)
    back = await edna.call("POST", "/rollback", {"version": 1, "live": 2})
    assert back["version"] == 1
    assert [one["live"] for one in await edna.get("/versions")] == [False, True]
    assert "strange one?!" not in content(home, RETURNS)
    assert (await edna.get("/overview"))["pending"]["saved"] == []
    await edna.call("POST", "/rollback", {"version": 9, "live": 1}, 409)

    write(home, RETURNS, content(home, RETURNS) + "\tbroken\n")
    failed = await edna.publish()
    assert RETURNS in failed["failed"] and failed["outcome"] is None


async def test_what_left_the_folder_is_found_among_the_saved_states_and_comes_back(home: House) -> None:
    edna, sam = await editor(home), await editor(home, "Sam")
    shown = await edna.get(f"/intents/{COST}")
    older = content(home, RETURNS)
    wording = {
        "answer": ANSWER,
        "number": 0,
        "was": shown["answers"][0]["wordings"][0]["text"],
        "text": "Three pounds.",
    }
    await edna.save(COST, shown["version"], add=["is it dear to return"], words=[wording])
    lost = content(home, RETURNS)
    write(home, RETURNS, older)  # somebody saves what they opened before
    [now, hers, found] = await sam.get("/states")
    assert (now["by"], now["is_here"], hers["is_here"]) == ("the folder", True, False)
    assert (hers["by"], hers["intents"], hers["answers"], hers["files"]) == ("Edna", 1, 0, 1)
    assert (found["intents"], found["answers"], found["files"]) == (0, 1, 1)

    [back, *others] = await sam.call("POST", f"/states/{hers['id']}/restore", {})
    assert content(home, RETURNS) == lost and "Three pounds." in content(home, DOMAIN)
    assert (back["by"], back["is_here"], back["note"]) == ("Sam", True, f"brought back: {hers['note']}")
    assert [one["is_here"] for one in others] == [False, True, False]
    assert "holds" in (await sam.call("POST", f"/states/{hers['id']}/restore", {}, 422))["title"]
    for number in ("999", "x", "9" * 30):
        await sam.call("POST", f"/states/{number}/restore", {}, 422)
    write(home, RETURNS, older + "\tbroken: [\n")  # a folder that cannot be read is brought back, too
    [broken, whole, *_] = await sam.get("/states")
    assert (broken["is_here"], whole["intents"], whole["files"]) == (True, None, 1)
    await sam.call("POST", f"/states/{whole['id']}/restore", {})
    assert content(home, RETURNS) == lost


async def test_the_draft_is_trained_answers_beside_the_live_one_and_keeps_nothing(home: House) -> None:
    edna = await editor(home)
    assert (await edna.get("/trial"))["draft"]["phase"] == "none"
    alone = await edna.call("POST", "/trial/say", {"text": "do you wrap presents"})
    assert "does not answer" in alone["draft"]["failed"]
    assert alone["live"]["replies"][0]["text"] == "You said: do you wrap presents"
    begun = await edna.call("POST", "/trial", {})
    assert begun["draft"]["phase"] in ("training", "starting", "asleep")
    ready = await edna.until("/trial", lambda found: found["draft"]["phase"] == "ready")
    assert (ready["draft"]["version"], ready["draft"]["by"]) == (ready["content"], "Edna")
    both = await edna.call("POST", "/trial/say", {"text": "do you wrap presents"})
    assert both["draft"]["replies"][0]["text"] == "Yes, for £3."
    assert both["draft"]["parse"]["mood_reasons"] == ["cross words"]
    shown = await edna.get(f"/intents/{COST}")
    await edna.save(COST, shown["version"], add=["is it dear to return"])
    behind = await edna.get("/trial")
    assert behind["draft"]["version"] != behind["content"]
    await edna.call("POST", "/trial/again", {}, 204)
    asked = home.engine.asked[-1]
    assert asked.conversation_id == "trial"
    async with home.front.database.read() as tx:
        assert (await tx.execute(select(func.count()).select_from(t.conversation))).scalar_one() == 0
    process = home.front.studio.trial._process
    assert process is not None and process.poll() is None
    await asyncio.to_thread(home.front.studio.trial._end)
    assert process.poll() is not None
