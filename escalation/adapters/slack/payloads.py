"""What the desk reads of Slack's payloads beside their shapes (`vendors.slack.payloads`)."""

from __future__ import annotations

import msgspec

from vendors.slack.payloads import NotThisShape, Plain, Said, Written, is_by_a_person


class Meant(msgspec.Struct):
    """What the form of *Resolve* carries with it: the handoff, and its card's place."""

    handoff: Plain
    channel: Plain
    ts: Plain


def written_in_a_thread(said: Said) -> bool:
    """By a person; not an edit, a deletion, or what a program or Slack itself tells."""
    return is_by_a_person(said) and said.thread_ts not in {None, said.ts}


def before(changed: Said) -> Written | None:
    """What a person wrote in a thread and has edited or deleted; None for anything else.

    Links that unfold and threads that grow are told as changes, too: then nothing was edited.
    """
    was, now = changed.previous_message, changed.message
    if was is None or was.bot_id or was.thread_ts in {None, was.ts}:
        return None
    if _is_deleted(changed):
        return was
    return was if now is not None and now.edited is not None and now.text != was.text else None


def text_now(changed: Said) -> str | None:
    """What it says now; None when it was deleted."""
    return None if _is_deleted(changed) or changed.message is None else changed.message.text


def changed_at(changed: Said) -> float:
    """When, in Unix seconds.

    Raises:
        NotThisShape: it is no time.
    """
    edited = changed.message.edited if changed.message is not None else None
    try:
        return float(edited.ts if edited is not None and not _is_deleted(changed) else changed.ts)
    except ValueError as wrong:
        raise NotThisShape("a time that is none") from wrong


def _is_deleted(changed: Said) -> bool:
    now = changed.message
    return changed.subtype == "message_deleted" or (now is not None and now.subtype == "tombstone")
