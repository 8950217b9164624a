"""What a message holds beside its text: as a file to fetch, or in words. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.telegram.shapes import File, Location, Message

# What Telegram itself knows about kinds of files that come without a name: their name here, and their media type.
_NAMELESS = {
    "photo": ("photo.jpg", "image/jpeg"),
    "voice": ("voice message.ogg", "audio/ogg"),
    "video_note": ("video message.mp4", "video/mp4"),
    "video": ("video.mp4", "video/mp4"),
    "audio": ("audio.mp3", "audio/mpeg"),
    "animation": ("animation.mp4", "video/mp4"),
    "sticker": ("sticker.webp", "image/webp"),
    "document": ("file", "application/octet-stream"),
}
# An animation comes as a document too, for older programs: the first that is there counts.
_KINDS = ("animation", "audio", "voice", "video", "video_note", "sticker", "document")
_STRANGE = {"story": "a story", "game": "a game", "paid_media": "paid media", "checklist": "a checklist"}


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file to fetch by its id: ``size`` in bytes, if Telegram says it."""

    file_id: str
    name: str
    media_type: str
    size: int | None


def enclosed(said: Message) -> Enclosed | None:
    """The file of a message: a picture in its largest size. A message has one at most."""
    if said.photo:
        return _of("photo", max(said.photo, key=lambda size: size.file_size or 0))
    kinds = (kind for kind in _KINDS if kind != "sticker" or not _moves(said.sticker))
    return next((_of(kind, file) for kind in kinds if (file := getattr(said, kind)) is not None), None)


def _moves(sticker: File | None) -> bool:
    """Whether it is no picture: its emoji says what it shows."""
    return sticker is not None and (sticker.is_animated or sticker.is_video)


def _of(kind: str, file: File) -> Enclosed:
    name, media_type = _NAMELESS[kind]
    return Enclosed(file.file_id, file.file_name or name, file.mime_type or media_type, file.file_size)


def described(said: Message) -> str | None:
    """The text, the caption, or in words what has neither; None for a message that nobody said (a service message)."""
    if said.text is not None:
        return said.text
    if said.venue is not None:
        where = ", ".join(part for part in (said.venue.title, said.venue.address) if part)
        return f"(shared a place: {where} {_map(said.venue.location)})"
    if said.location is not None:
        return f"(shared a location: {_map(said.location)})"
    if said.contact is not None:
        name = f"{said.contact.first_name} {said.contact.last_name}".strip()
        return f"(shared a contact card: {name}, {said.contact.phone_number})"
    if said.sticker is not None:
        return said.sticker.emoji or "(sent a sticker)"
    if said.dice is not None:
        return f"{said.dice.emoji} {said.dice.value}".strip()
    if said.poll is not None:
        return f"(sent a poll: {said.poll.question})"
    if enclosed(said) is not None:
        return said.caption
    strange = next((words for name, words in _STRANGE.items() if getattr(said, name) is not None), None)
    return f"(sent {strange}, which cannot be shown here)" if strange else None


def _map(where: Location) -> str:
    """https://wiki.openstreetmap.org/wiki/Browsing#Sharing_a_link_to_the_maps"""
    lat, lon = (f"{degrees:.6f}".rstrip("0").rstrip(".") for degrees in (where.latitude, where.longitude))
    return f"{lat}, {lon} https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=16/{lat}/{lon}"
