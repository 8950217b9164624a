"""What agents do in Slack, as actors of a world, and what must have become of it."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from conversations.staff import Principal
from tests.core.checker import Moment, Record, Row, rule
from tests.core.lobby import LOBBIES, Lobby, buttons_of, is_moved, texts_of
from tests.core.world import World
from tests.slack_stand_in import Attempt, Message
from tests.slack_stand_in.workspace import Json

# Buttons that act by themselves; the others open a form, of which one is filled in.
PRESSED = ("claim", "greet", "release", "give_back", "wake", "decline", "step_in", "reopen", "unblock", "resolve")


@dataclass
class Written:
    """Words in a card's thread: ``held`` is how the conversation stood when they were written, ``then`` when Slack had
    its acknowledgement."""

    who: Principal
    conversation_id: str
    text: str
    private: bool
    held: Moment
    then: Moment | None = None

    @property
    def by_the_holder(self) -> bool:
        """Whether its writer held the handoff all the while."""
        one, other = self.held, self.then
        return other is not None and one.agent_id == other.agent_id == self.who.id and one.epoch == other.epoch


@dataclass
class Colleagues:
    """The agents of a world with a lobby."""

    world: World
    lobby: Lobby
    written: dict[str, Written] = field(default_factory=dict)
    replays: int = 0

    def __post_init__(self) -> None:
        self.lobby.on_confirmed = self._confirmed

    def press(self, who: Principal, handoff: Row, pick: int, front: int) -> None:
        """Presses one of the buttons that the card has when the press comes about."""
        self.world.in_slack(functools.partial(self._press, who, str(handoff["reference"]), pick), front)

    async def _press(self, who: Principal, reference: str, pick: int) -> None:
        card = self.lobby.card(reference)
        there = [] if card is None else [one for one in buttons_of(card).items() if one[0] in PRESSED]
        if card is None or not there:
            return
        name, option = there[pick % len(there)]
        person = slack_id(who)
        await self.lobby.press(person, card.channel, card.ts, "more" if option else name, value=option)
        forms = [view for view in self.lobby.views.values() if view.open and view.user == person]
        if name == "resolve" and forms:
            await self.lobby.submit(person, forms[-1].id, {"outcome": "solved"})

    def write(self, who: Principal, handoff: Row, front: int, *, private: bool) -> None:
        """Writes in the thread of a card, if there is one by then."""
        text = f"{'// ' if private else ''}written {self.world.acts} by {who.name}"
        self.world.in_slack(functools.partial(self._write, who, handoff, text, private), front)

    async def _write(self, who: Principal, handoff: Row, text: str, private: bool) -> None:
        card, place = self.lobby.card(str(handoff["reference"])), str(handoff["conversation_id"])
        if card is not None:
            message = self.lobby.store(slack_id(who), card.channel, text, card.ts)
            self.written[message.ts] = Written(who, place, text, private, self._now(place))
            await self.lobby.deliver(self.lobby.event(self.lobby.event_of(message)), retried=True)

    def _now(self, conversation_id: str) -> Moment:
        return self.world.timeline.of(conversation_id)[-1]

    def _confirmed(self, event: Json) -> None:
        words = self.written.get(event["ts"])
        if words is not None and words.then is None:
            words.then = self._now(words.conversation_id)

    def come_again(self, front: int) -> None:
        """Slack sends again what was not confirmed."""
        for delivery in self.lobby.take_undelivered():
            self.world.in_slack(functools.partial(self.lobby.again, delivery), front)

    def replay(self, pick: int, front: int) -> None:
        """The very same request again, which was acknowledged before: it is refused."""
        if not (accepted := self.lobby.accepted):
            return
        sent, self.replays = accepted[pick % len(accepted)], self.replays + 1

        async def again() -> None:
            answer: Attempt = await self.lobby.replay(sent)
            rule(answer.status == 401, "a request that was replayed was taken", answer)

        self.world.in_slack(again, front)


def slack_id(who: Principal) -> str:
    return f"U0{who.name.upper()}"


def check_private(record: Record, written: Iterable[Written]) -> None:
    """A private note never reaches a contact."""
    inside = {one.text.removeprefix("// ") for one in written if one.private}
    reached = [m["text"] for m in record.message if m["text"].removeprefix("// ") in inside]
    rule(not reached, "a private note reached the contact", reached)


def check_written(record: Record, written: Iterable[Written]) -> None:
    """When all is quiet what was written in a thread reached the contact, or is a note: one of both, once."""
    said, noted = Counter(m["text"] for m in record.message), Counter(n["text"] for n in record.note)
    for one in written:
        text = one.text.removeprefix("// ")
        found = said[text], noted[text]
        rule(found in {(1, 0), (0, 1)}, "not said or noted once (said, noted)", one, found)
        if one.by_the_holder:
            rule(found == ((0, 1) if one.private else (1, 0)), "the holder's words went another way", one, found)
        message = next((m for m in record.message if m["text"] == text), None)
        rule(message is None or message["agent_id"] == one.who.id, "said in another's name", one, message)


def check_lobby(record: Record, lobby: Lobby, written: Iterable[Written]) -> None:
    """When all is quiet each handoff has one card, which shows what is so, and the whole talk in its thread, once."""
    theirs = {one.text for one in written}
    names = {person["id"]: person["name"] for person in record.staff}
    for handoff in record.handoff:
        cards = lobby.cards(handoff["reference"])
        live = [card for card in cards if not is_moved(card)]
        is_open = handoff["state"] in {"waiting", "assigned"}
        rule(len(live) == 1 or not (live or is_open), "not one card", handoff, [texts_of(card)[:3] for card in cards])
        for card in live:
            rule(not is_open or card.channel == LOBBIES[handoff["team"]], "a card in another lobby", handoff, card)
            _shows(card, handoff, names)
            _tells(record, lobby, card, handoff, theirs)


# What a card says and lets one press in each state.
_STATE: dict[str, tuple[str, str | None]] = {
    "waiting": ("*Waiting* since", "claim"),
    "assigned": ("*{agent}* has it", "resolve"),
    "resolved": ("*Resolved* by", None),
    "returned": ("*Returned to the assistant* by", None),
    "abandoned": ("*Called off* by", None),
}
_ONLY_OPEN = {"claim", "greet", "resolve", "release", "give_back", "wake", "decline", "step_in"}


def _shows(card: Message, handoff: Row, names: dict[str, str]) -> None:
    told, buttons = "\n".join(texts_of(card)), buttons_of(card)
    words, button = _STATE[handoff["state"]]
    wanted: list[tuple[object, Callable[[], bool]]] = [
        (words, lambda: words.format(agent=names.get(handoff["agent_id"] or "")) in told),
        (button, lambda: button in buttons if button else not _ONLY_OPEN & buttons.keys()),
        ("snoozed", lambda: ("😴 *Snoozed*" in told) == bool(handoff["snoozed_at"])),
        ("wake", lambda: ("wake" in buttons) == bool(handoff["snoozed_at"])),
        ("offered", lambda: _offered(told, handoff, names)),
        ("claim", lambda: ("claim" in buttons) == (handoff["state"] == "waiting")),
    ]
    for what, holds in wanted:
        rule(holds(), f"a card shows what is not so: {what}", handoff, told, list(buttons))


def _offered(told: str, handoff: Row, names: dict[str, str]) -> bool:
    to = handoff["offered_to"]
    return f"offered to *{names[to]}* until" in told if to else "offered to *" not in told


def _tells(record: Record, lobby: Lobby, card: Message, handoff: Row, theirs: set[str]) -> None:
    """Each word of the matter stands in the thread once: as it was written there, or as a line of ours."""
    posted = Counter(text for post in lobby.posts(card.channel, card.ts) for text in texts_of(post))
    written = Counter(one.text for one in lobby.thread(card.channel, card.ts) if one.app_id != lobby.app_id)
    said = [m for m in record.messages(handoff["conversation_id"]) if m["episode"] == handoff["episode"]]
    alike = Counter(m["text"] for m in said)
    for message in said:
        text = f"[{message['text']}]" if message["kind"] == "pressed" else message["text"]
        if message["sender"] == "system" or message["buttons"] or alike[message["text"]] > 1:
            continue
        found = posted[text] + (written[text] if text in theirs else 0)
        # What the gateway answers by itself comes with whatever happens next to the handoff.
        by_itself = message["kind"] == "pressed" or text.isdigit()
        later = handoff["ended_at"] is not None and message["at"] >= handoff["ended_at"]
        rule(found == 1 or (not found and (by_itself or later)), "not once in the thread", message, found, handoff)
    for note in (n for n in record.note if n["handoff_id"] == handoff["id"]):
        found = posted[note["text"]] + written[note["text"]] + written[f"// {note['text']}"]
        rule(found == 1, "a note stands not once in the thread", note, found, handoff)
