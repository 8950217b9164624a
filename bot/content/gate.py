"""The gate: whether a candidate may take the live model's place, with reasons in words. A pure function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from bot.config import Publishing
from bot.content.evidence import Evidence, Judged, Labelled, Past, Reading, Tested

_BINS = 10
_SHOWN = 3


class OfIntent(msgspec.Struct, frozen=True):
    """An intent's share of examples that are judged rightly without having been seen, live and in the candidate.

    ``compared`` counts the examples that both have; the shares are of these. ``live`` is None where there are none.
    ``taken_for`` are the intents that the candidate takes the other examples for, with how many, most first.
    """

    intent: str
    compared: int
    live: float | None
    candidate: float
    examples: int
    taken_for: tuple[tuple[str, int], ...] = ()


class Change(msgspec.Struct, frozen=True):
    """A past message (masked) that would be answered otherwise. "" stands for no answer.

    ``note`` says what is worth knowing: "would now be answered", "would no longer be answered", "the words change".
    """

    text: str
    before: str
    after: str
    note: str = ""
    escalated: bool = False


class Verdict(msgspec.Struct, frozen=True):
    """What the gate found. ``against`` are the reasons not to publish, ``remarks`` what else an editor should know."""

    passed: bool
    against: tuple[str, ...]
    remarks: tuple[str, ...]
    intents: tuple[OfIntent, ...]
    changes: tuple[Change, ...]
    calibration: float
    live_calibration: float | None

    def for_the_record(self) -> dict[str, object]:
        """Without the words of contacts: the record of a model outlives them."""
        kept = msgspec.structs.replace(self, changes=())
        counted = Counter(change.note or "another answer" for change in self.changes)
        return {**msgspec.to_builtins(kept), "changes": dict(counted)}


def judge(found: Evidence, rules: Publishing) -> Verdict:
    """Weighs what was found. Against publishing speaks, with the bounds of ``rules``:

    - an intent of which more examples that both models have are misread than before;
    - an intent of which most examples are taken out, and stand nowhere else;
    - new examples of an intent that read as another intent, most of them;
    - examples of two intents that mean nearly the same, which the live model did not have;
    - probabilities that say less truly how often they are right;
    - labelled real messages of an intent that are misread and were not;
    - a conversation test that fails.
    """
    changes = tuple(changed_answers(found))
    calibration, before = calibration_error(found.candidate.judged), None
    if found.live is not None:
        before = calibration_error(found.live.judged)
    against = [
        *_losses(found, rules),
        *_gone(found, rules),
        *_strangers(found, rules),
        *_overlap(found),
        *_calibration(calibration, before, rules),
        *_labelled(found, rules),
        *_tests(found.tested),
    ]
    intents = tuple(per_intent(found))
    remarks = tuple(_remarks(found, rules, changes))
    return Verdict(not against, tuple(against), remarks, intents, changes, calibration, before)


def per_intent(found: Evidence) -> Iterator[OfIntent]:
    """The figures of each intent of the candidate, by name."""
    before = {(one.intent, one.text): one.right for one in found.live.judged} if found.live else {}
    by_intent: dict[str, list[Judged]] = {}
    for one in found.candidate.judged:
        by_intent.setdefault(one.intent, []).append(one)
    for intent, judged in sorted(by_intent.items()):
        both = [(before[intent, one.text], one.right) for one in judged if (intent, one.text) in before]
        live = sum(was for was, _ in both) / len(both) if both else None
        now = sum(right for _, right in both) / len(both) if both else _share(judged)
        astray = Counter(one.taken_for for one in judged if not one.right)
        yield OfIntent(intent, len(both), live, now, len(judged), tuple(astray.most_common(_SHOWN)))


def _losses(found: Evidence, rules: Publishing) -> Iterator[str]:
    wrong: dict[str, Counter[str]] = {}
    for one in found.candidate.judged:
        if not one.right:
            wrong.setdefault(one.intent, Counter())[one.taken_for] += 1
    for figures in per_intent(found):
        if figures.live is None:
            continue
        lost = round((figures.live - figures.candidate) * figures.compared)
        if lost >= rules.at_least and figures.live - figures.candidate > rules.margin:
            for_what = " and ".join(name for name, _ in wrong[figures.intent].most_common(2))
            yield (
                f'"{figures.intent}" gets worse: of its {figures.compared} examples {figures.candidate:.0%} are read '
                f"rightly without having been seen, where it was {figures.live:.0%}. They are taken for {for_what}."
            )


def _gone(found: Evidence, rules: Publishing) -> Iterator[str]:
    """What is taken out can be compared with nothing, so an intent could lose all that it knows without a word."""
    now = {one.text for one in found.candidate.judged}
    before: dict[str, list[str]] = {}
    for one in found.live.judged if found.live else ():
        before.setdefault(one.intent, []).append(one.text)
    for intent, texts in sorted(before.items()):
        gone = [text for text in texts if text not in now]
        if len(gone) >= rules.at_least and len(gone) > rules.gone * len(texts):
            yield (
                f'{len(gone)} of the {len(texts)} examples of "{intent}" are taken out, and stand nowhere else: '
                f"{_quoted(gone)}. Who writes like that may not be understood any more."
            )


def _strangers(found: Evidence, rules: Publishing) -> Iterator[str]:
    """New examples that belong, by all the others, to another intent."""
    known = {one.text for one in found.live.judged} if found.live else None
    new: dict[str, list[Judged]] = {}
    for one in found.candidate.judged:
        if known is not None and one.text not in known:
            new.setdefault(one.intent, []).append(one)
    for intent, judged in sorted(new.items()):
        astray = Counter(one.taken_for for one in judged if not one.right)
        if not astray:
            continue
        other, count = astray.most_common(1)[0]
        if count >= rules.at_least and count > rules.strangers * len(judged):
            shown = _quoted(one.text for one in judged if one.taken_for == other)
            yield (
                f'{count} of the {len(judged)} new examples of "{intent}" read as "{other}": {shown}. '
                f'Move them there, or change what makes them sound like "{other}".'
            )


def _overlap(found: Evidence) -> Iterator[str]:
    old = {frozenset((one.text, one.other_text)) for one in found.live.too_near} if found.live else set()
    pairs: dict[tuple[str, str], list[str]] = {}
    for one in found.candidate.too_near:
        if found.live is not None and frozenset((one.text, one.other_text)) not in old:
            names = tuple(sorted((one.intent, one.other_intent)))
            pairs.setdefault((names[0], names[1]), []).append(f'"{one.text}" and "{one.other_text}"')
    for (first, second), shown in sorted(pairs.items()):
        more = f", and {len(shown) - _SHOWN} more pairs" if len(shown) > _SHOWN else ""
        yield (
            f'"{first}" and "{second}" now overlap: {"; ".join(shown[:_SHOWN])}{more} mean nearly the same. '
            "Keep each sentence under one of the two."
        )


def _calibration(candidate: float, live: float | None, rules: Publishing) -> Iterator[str]:
    if live is not None and candidate > max(live, rules.calibration) + 0.01:
        yield (
            f"Its confidence is less true: it is off by {100 * candidate:.1f} points on average, where it was "
            f"{100 * live:.1f}. Mostly some intent has examples of several matters: see those that lose."
        )


def _labelled(found: Evidence, rules: Publishing) -> Iterator[str]:
    if found.live is None or len(found.labelled) < rules.labels:
        return
    counts: dict[str, list[tuple[bool, bool]]] = {}
    for one in found.labelled:
        was, is_now = found.readings[one.text]
        if was is not None:
            counts.setdefault(one.intent, []).append((_fits(was, one), _fits(is_now, one)))
    for intent, pairs in sorted(counts.items()):
        before, after = (sum(pair[at] for pair in pairs) for at in (0, 1))
        if before - after >= rules.at_least and (before - after) / len(pairs) > rules.margin:
            what = f'"{intent}"' if intent else "as none of ours"
            yield (
                f"Of {len(pairs)} real messages that people labelled {what}, {after} are read rightly, "
                f"where it was {before}."
            )


def _tests(tested: Tested | None) -> Iterator[str]:
    if tested is not None and tested.failed:
        shown = "; ".join(tested.failed[:_SHOWN])
        more = f"; and {len(tested.failed) - _SHOWN} more" if len(tested.failed) > _SHOWN else ""
        yield f"{len(tested.failed)} of {tested.held} conversation tests fail: {shown}{more}."


def _remarks(found: Evidence, rules: Publishing, changes: Sequence[Change]) -> Iterator[str]:
    if found.live is None:
        yield "There is no live model to compare with: this one is the first."
    count = len(found.labelled)
    if count < rules.labels:
        yield (
            f"There are {count} labelled real messages, and fewer than {rules.labels} tell nothing: "
            "the gate could not judge this part."
        )
    if found.tested is None:
        yield "There are no conversation tests: that part was left out."
    else:
        yield f"{found.tested.held - len(found.tested.failed)} of {found.tested.held} conversation tests pass."
    gone = {one.intent for one in found.live.judged} if found.live else set()
    if missing := sorted(gone - {one.intent for one in found.candidate.judged}):
        yield f"Taken out: {', '.join(missing)}. Who asks for that is answered otherwise, or not at all."
    if not found.past:
        yield "There are no past messages to compare answers on."
    elif found.live is not None:
        saved = sum(change.escalated and change.note == NOW_ANSWERED for change in changes)
        escalated = sum(one.escalated for one in found.past)
        yield (
            f"Of {len(found.past)} past messages {len(changes)} would be answered otherwise. "
            f"Of {escalated} that went to a person {saved} would now be answered."
        )


DECLINED = "out_of_scope"  # Rasa's name for what is not for us: it is understood, and not answered
NOW_ANSWERED, NOT_ANSWERED, OTHER_WORDS = "would now be answered", "would no longer be answered", "the words change"


def changed_answers(found: Evidence) -> Iterator[Change]:
    """Past messages whose answer would change, those that went to a person first."""
    old_words, new_words = found.answers
    for one in sorted(found.past, key=lambda past: not past.escalated):
        was, is_now = found.readings.get(one.text, (None, None))
        if was is None or is_now is None:
            continue
        before, after = (_answer_to(reading) for reading in (was, is_now))
        if before != after:
            note = NOW_ANSWERED if not before else NOT_ANSWERED if not after else ""
            yield Change(one.shown, before, after, note, one.escalated)
        elif after in old_words and old_words[after] != new_words.get(after):
            yield Change(one.shown, before, after, OTHER_WORDS, one.escalated)


def calibration_error(judged: Sequence[Judged]) -> float:
    """By how much probability and share of right ones differ, on average over ten bins (expected calibration error)."""
    bins: list[list[Judged]] = [[] for _ in range(_BINS)]
    for one in judged:
        bins[min(_BINS - 1, int(one.chance * _BINS))].append(one)
    off = (abs(sum(one.chance for one in group) / len(group) - _share(group)) * len(group) for group in bins if group)
    return sum(off) / max(1, len(judged))


def _answer_to(reading: Reading) -> str:
    return reading.intent if reading.understood and reading.intent != DECLINED else ""


def _share(judged: Sequence[Judged]) -> float:
    return sum(one.right for one in judged) / len(judged)


def _fits(reading: Reading, one: Labelled) -> bool:
    return reading.understood and reading.intent == one.intent if one.intent else not reading.understood


def _quoted(texts: Iterable[str]) -> str:
    found = list(texts)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(f'"{text}"' for text in found[:_SHOWN]) + more


def texts_of(labelled: Sequence[Labelled], past: Sequence[Past]) -> list[str]:
    """The texts that both models must read, each once."""
    return list(dict.fromkeys([*(one.text for one in labelled), *(one.text for one in past)]))


def paired(
    texts: Sequence[str], live: Sequence[Reading] | None, candidate: Sequence[Reading]
) -> Mapping[str, tuple[Reading | None, Reading]]:
    """The readings of both models by text."""
    before: Sequence[Reading | None] = live if live is not None else [None] * len(texts)
    return dict(zip(texts, zip(before, candidate, strict=True), strict=True))
