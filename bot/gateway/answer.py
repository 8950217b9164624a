"""The bot's turn: asks the engine within the bounds, and commits what it answered, or what is done when it does not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
from prometheus_client import Counter, Histogram

from bot import handoff_policy, mood_course
from bot.config import Bounds, HandoffPolicy
from bot.content.unanswered.capture import SOON, UNANSWERED, is_worth_a_look
from bot.engine.client import EngineClient, EngineDown, EngineError
from bot.engine.wire import (
    ComplaintFiled,
    Effect,
    PromiseMade,
    Reply,
    TurnRequest,
    TurnResult,
)
from bot.gateway.handover import Handover
from bot.gateway.receive import TURN
from bot.gateway.sight import Sight, asking_for_person, heard_before
from bot.gateway.speakers import Speakers
from bot.gateway.tone import Tone
from bot.handoff_policy import Heard
from conversations.events import BotSaid
from conversations.handoff import Reason, ReasonKind
from conversations.jobs import Ended
from conversations.model import Button, ButtonKind, Command, Conversation, Outbound, Sender, command
from conversations.notices import Notices
from conversations.store import conversations, events, turns, work
from conversations.store.database import Database, Transaction
from conversations.survey import survey_buttons

log = structlog.get_logger()
TURNS = Counter("frontdesk_turns", "Turns of the assistant by how they ended", ["outcome"])
TURN_SECONDS = Histogram(
    "frontdesk_turn_seconds",
    "From the contact's message to the committed answer",
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60),
)

# A longer message is cut for understanding; people see it whole.
ENGINE_TEXT_LIMIT = 4000
_ASK_AGAIN = 0.5
# How often a turn that takes long is looked at: is a notice due, was a person asked for meanwhile?
_LOOK_UP = 0.25
# An engine that is not there is told of after so large a part of the wait for one that thinks.
_NOT_THERE = 0.25
# So long the engine has for an answer before a message that waited for other reasons is apologised for.
_GRACE = 1.5
# Turns that are looked at for whether the contact's feeling was acknowledged: more than an episode has.
_EPISODE = 500


@dataclass(frozen=True, slots=True)
class Failure:
    """The engine gave no answer: ``passing`` when asking again later may help."""

    cause: str
    passing: bool


class Answer:
    """Answers the first unsettled message by the engine; returns seconds when it must be asked again later."""

    def __init__(
        self,
        database: Database,
        engine: EngineClient,
        notices: Notices,
        policy: HandoffPolicy,
        bounds: Bounds,
        handover: Handover,
        speakers: Speakers,
        tone: Tone,
        assistant: str,
        survey_after: Collection[str],
    ) -> None:
        self._database, self._engine, self._notices, self._policy = database, engine, notices, policy
        self._bounds, self._handover, self._assistant = bounds, handover, assistant
        self._speakers, self._tone, self._survey_after = speakers, tone, frozenset(survey_after)

    async def __call__(self, sight: Sight) -> float | Ended | None:
        if not sight.text.strip() and sight.button is None:
            await self._file_alone(sight)
            return None
        begun = asyncio.get_running_loop().time() - sight.age
        asked = await self._ask(sight)
        if asked is None:
            return None
        if isinstance(asked, TurnResult):
            if asked.failed is None:
                ended = await self._commit(sight, asked)
                TURN_SECONDS.observe(asyncio.get_running_loop().time() - begun)
                return ended
            log.error("turn failed", cause=asked.failed)
            await self._failed(sight, asked.failed, asked)
            return None
        log.debug("engine gave no answer", cause=asked.cause)
        if asked.passing and sight.age < self._bounds.give_up:
            return _ASK_AGAIN
        log.error("engine gave no answer", cause=asked.cause)
        await self._failed(sight, asked.cause, None)
        return None

    async def _file_alone(self, sight: Sight) -> None:
        """A file without a word: it is kept for people, and what it is about is asked. A form's question stands."""
        seen = sight.conversation
        async with self._database.write() as tx:
            kept = await conversations.settle(tx, seen, sight.turn_through, expecting=None)
            if kept is not None:
                spoken = self._notices.spoken(seen.language)
                person = command(spoken("talk_to_person"), Command.HUMAN)
                said = Outbound(Sender.BOT, spoken("file_alone", seen.id), name=self._assistant, buttons=(person,))
                await conversations.say(tx, kept.id, kept.episode, [said], turn=sight.first.number)

    def _request(self, sight: Sight) -> TurnRequest:
        held, first = sight.conversation, sight.first
        pressed = sight.button if sight.button and sight.button.kind is ButtonKind.REPLY else None
        return TurnRequest(
            turn_id=f"{held.id}#{first.number}",
            conversation_id=held.id,
            channel=held.channel,
            text=sight.text[:ENGINE_TEXT_LIMIT],
            payload=pressed.value if pressed else None,
            state=held.state,
            facts=held.facts if held.state is None else {},
        )

    async def _ask(self, sight: Sight) -> TurnResult | Failure | None:
        """The engine's answer; the contact hears of the wait at the bounds. None: the contact asked for a person."""
        task = asyncio.create_task(self._try(self._request(sight)))
        try:
            clock = asyncio.get_running_loop().time
            asked_at, told = clock(), sight.conversation.told
            while True:
                await asyncio.wait({task}, timeout=_LOOK_UP)
                if task.done() and isinstance(task.result(), TurnResult):
                    return task.result()
                # The engine's first seconds count: a message that has waited long may be answered at once.
                absent = task.done() and isinstance(failure := task.result(), Failure) and failure.passing
                level = self._due_notice(sight.age + clock() - asked_at, absent=absent)
                if level > told and (task.done() or clock() - asked_at > _GRACE):
                    await self._tell_waiting(sight, level, absent=absent)
                    told = level
                if task.done():
                    return task.result()
                if await asking_for_person(self._database, sight) is not None:
                    return None
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _due_notice(self, age: float, *, absent: bool) -> int:
        """What a contact who has waited so long (seconds) is told: 0 nothing, 1 an honest wait, 2 a person offered."""
        wait = self._bounds.wait * (_NOT_THERE if absent else 1)
        return 2 if age >= self._bounds.offer else 1 if age >= wait else 0

    async def _try(self, request: TurnRequest) -> TurnResult | Failure:
        try:
            return await self._engine.turn(request)
        except EngineError as wrong:
            return Failure(f"{type(wrong).__name__}: {wrong}", passing=isinstance(wrong, EngineDown))

    async def _tell_waiting(self, sight: Sight, level: int, *, absent: bool) -> None:
        """An honest wait, then the offer of a person; the message stays unsettled, the answer still comes."""
        log.warning("a contact waits for the engine", reached=level, number=sight.first.number, absent=absent)
        notices = self._notices.spoken(sight.conversation.language)
        name = "offer_human" if level == 2 else "getting_ready" if absent else "still_working"
        text = notices(name, sight.conversation.id)
        buttons = (command("Talk to a person", Command.HUMAN),) if level == 2 else ()
        async with self._database.write() as tx:
            kept = await conversations.change(tx, sight.conversation, told=level)
            if kept is not None:
                await conversations.say(
                    tx, kept.id, kept.episode, [Outbound(Sender.BOT, text, name=self._assistant, buttons=buttons)]
                )

    async def _commit(self, sight: Sight, result: TurnResult) -> Ended | None:
        """Says so when nothing is left to settle and the work's row went with this commit."""
        first, seen = sight.first, sight.conversation
        changes: dict[str, Any] = {
            "state": result.state,
            "slots": result.slots,
            # They are in the state from its first turn on; what came to be known later waits for the next matter.
            "facts": {} if result.state is not None and seen.state is None else seen.facts,
            "expecting": None,
            "asking": first.number if result.active_form else None,
        }
        heard = Heard(first.number, sight.text, result.parse, result.active_form is not None)
        async with self._database.write() as tx:
            if await self._was_revised(tx, sight):
                return None  # looked at again, as it is now
            # Read before the fence, which then proves that it still stood: a turn more would have settled more.
            earlier = await heard_before(tx, seen, max(self._policy.reach, mood_course.REACH))
            if sight.button is None:  # who presses the same button again says nothing by it
                heard = mood_course.in_course(heard, earlier, self._policy)
            result = _with_what_it_clarifies(sight, msgspec.structs.replace(result, parse=heard.parse), earlier)
            reasons = handoff_policy.reasons_for(heard, earlier, result.effects, self._policy)
            if not reasons and sight.handoff is None and self._policy.vip.at_once:
                wants = handoff_policy.wants_something(heard.parse, self._policy)
                reasons = await self._handover.vip(tx, seen, heard.number) if wants else []
            said = await self._in_tone(tx, sight, heard, self._words(sight, result)) if not reasons else []
            if not reasons and sight.handoff is None:
                said += await self._speakers.word(tx, seen, result.parse)
                # Who still waits for a promised answer is not asked how it was.
                if self._closes(heard, earlier) and not await turns.is_promised(tx, seen.id):
                    said.append(self._survey(seen))
                    changes["expecting"] = f"survey:{seen.episode}"
            kept = await conversations.settle(tx, seen, sight.turn_through, more=len(said), **changes)
            if kept is None:
                TURNS.labels("dropped").inc()
                return None
            await self._record(tx, kept, sight, result)
            if sight.button is None and is_worth_a_look(heard, earlier, self._policy):
                await work.schedule(tx, UNANSWERED, kept.id, SOON)
            if reasons:
                words = [self._outbound(reply) for reply in self._said_before(reasons, result)]
                await self._handover.open(tx, kept, reasons, cut_form=result.active_form, words=words)
            else:
                await self._say(tx, sight, kept, said, asking=result.active_form is not None)
            # Nobody stores a message here meanwhile: the conversation is locked by this transaction.
            is_last = kept.last_contact_number <= sight.turn_through
            if is_last:
                await work.cancel(tx, TURN, kept.id)
        TURNS.labels("handed_over" if reasons else "answered").inc()
        return Ended.WITH_ITS_COMMIT if is_last else None

    def _closes(self, heard: Heard, earlier: Sequence[Heard]) -> bool:
        """Whether the contact takes their leave after something was answered; the first time in a matter."""
        answered = False
        for turn in filter(lambda turn: turn.parse.understood, earlier):
            if answered and turn.parse.intent in self._survey_after:
                return False
            answered = answered or turn.parse.intent not in self._policy.circle_intents_ignored
        return answered and heard.parse.understood and heard.parse.intent in self._survey_after

    def _survey(self, held: Conversation) -> Outbound:
        text = self._notices.spoken(held.language)("survey", held.id)
        return Outbound(Sender.SYSTEM, text, buttons=survey_buttons())

    def _said_before(self, reasons: Sequence[Reason], result: TurnResult) -> Sequence[Reply]:
        """What the assistant still says when it hands over; nothing, mostly.

        What is reserved for people has words of its own in the content: first aid, how to lock an account. Who asks
        calmly for a person, and something else in the same message, gets an answer to that. No form asks any more.
        """
        kinds, replies = {reason.kind for reason in reasons}, result.replies
        if ReasonKind.RESERVED in kinds:
            reserved = [reply for reply in replies if reply.wish in self._policy.reserved_intents]
            asks = 1 if result.active_form and len(replies) > 1 else 0  # the form, last
            return reserved if any(reply.wish for reply in replies) else replies[: len(replies) - asks]
        if kinds != {ReasonKind.ASKED}:
            return []
        in_form = {replies[-1].wish} if result.active_form and replies else set[str]()
        return [reply for reply in replies if reply.wish and reply.wish not in {*self._policy.asked_intents, *in_form}]

    async def _was_revised(self, tx: Transaction, sight: Sight) -> bool:
        """Whether the contact edited or took back what was being answered, or what it was answered after."""
        held = await conversations.get(tx, sight.conversation.id, lock=True)
        if held is None or held.state != sight.conversation.state:
            return True
        unsettled = await conversations.unsettled(tx, sight.conversation.id, sight.first.number - 1)
        now = {one.number: (one.edited_at, one.deleted_at) for one in unsettled}
        return any(
            now.get(one.number, (one.edited_at, one.deleted_at)) != (one.edited_at, one.deleted_at)
            for one in sight.burst
        )

    async def _record(self, tx: Transaction, held: Conversation, sight: Sight, result: TurnResult) -> None:
        number = sight.first.number
        await turns.record(
            tx,
            held.id,
            held.episode,
            number,
            sight.turn_through,
            model=result.model,
            parse=msgspec.to_builtins(result.parse),
            failed=result.failed,
            in_form=result.active_form is not None,
        )
        for effect in result.effects:
            await self._apply(tx, held, number, effect)

    async def _apply(self, tx: Transaction, held: Conversation, turn: int, effect: Effect) -> None:
        match effect:
            case ComplaintFiled():
                await turns.file_complaint(
                    tx,
                    held.id,
                    turn,
                    reference=effect.reference,
                    order_number=effect.order,
                    cause=effect.cause,
                    description=effect.description,
                )
            case PromiseMade():
                await turns.promise(tx, held.id, turn, effect.what, effect.due_at)
            case _:
                pass

    async def _in_tone(self, tx: Transaction, sight: Sight, heard: Heard, said: list[Outbound]) -> list[Outbound]:
        episode = await heard_before(tx, sight.conversation, _EPISODE) if self._tone.is_careful(heard) else []
        return self._tone.set(said, heard, episode, sight.conversation)

    def _words(self, sight: Sight, result: TurnResult) -> list[Outbound]:
        said = [self._outbound(reply) for reply in result.replies] or [self._sorry(sight.conversation)]
        if len(sight.text) > ENGINE_TEXT_LIMIT:
            notices = self._notices.spoken(sight.conversation.language)
            text = notices("cut", sight.conversation.id, limit=ENGINE_TEXT_LIMIT)
            said.insert(0, Outbound(Sender.SYSTEM, text))
        return said

    async def _say(
        self, tx: Transaction, sight: Sight, held: Conversation, said: Sequence[Outbound], *, asking: bool
    ) -> None:
        """Under the last numbers of the conversation, which were reserved for them."""
        start = held.last_number - len(said) + 1
        numbers = await conversations.say(
            tx, held.id, held.episode, said, turn=sight.first.number, asking=asking, start=start
        )
        if sight.handoff is not None and numbers:
            heard = BotSaid(sight.handoff.id, held.id, first=numbers[0], through=numbers[-1])
            await events.record(tx, held.id, heard)
            tx.signal("handoff", sight.handoff.id)

    def _sorry(self, held: Conversation) -> Outbound:
        """The apology in place of silence, with the offer of a person."""
        buttons = (command("Talk to a person", Command.HUMAN),)
        text = self._notices.spoken(held.language)("failed", held.id)
        return Outbound(Sender.BOT, text, self._assistant, buttons=buttons)

    def _outbound(self, reply: Reply) -> Outbound:
        buttons = tuple(Button(b.title, ButtonKind.REPLY, b.payload) for b in reply.buttons)
        return Outbound(Sender.BOT, reply.text, name=self._assistant, buttons=buttons, image=reply.image)

    async def _failed(self, sight: Sight, cause: str, result: TurnResult | None) -> None:
        """The engine failing is a reason for a person; without that policy, an apology and the offer of one."""
        trigger, first = self._policy.engine_failing, sight.first
        async with self._database.write() as tx:
            kept = await conversations.settle(tx, sight.conversation, first.number, expecting=None)
            if kept is None:
                return
            await turns.record(
                tx,
                kept.id,
                kept.episode,
                first.number,
                first.number,
                model=result.model if result else None,
                parse=msgspec.to_builtins(result.parse) if result else None,
                failed=cause,
            )
            if trigger.enabled:
                reason = Reason(ReasonKind.ENGINE_FAILING, cause, trigger.priority, first.number)
                await self._handover.open(tx, kept, [reason])
            else:
                await conversations.say(tx, kept.id, kept.episode, [self._sorry(kept)])
        TURNS.labels("failed").inc()


def _with_what_it_clarifies(sight: Sight, result: TurnResult, earlier: Sequence[Heard]) -> TurnResult:
    """A press that answered which of two readings was meant says so in its parse: editors learn from it."""
    asked_in = sight.offered.turn if sight.offered is not None else None
    if not any(turn.number == asked_in and turn.parse.scope == "grey" for turn in earlier):
        return result
    parse = msgspec.structs.replace(result.parse, clarifies=asked_in)
    return msgspec.structs.replace(result, parse=parse)
