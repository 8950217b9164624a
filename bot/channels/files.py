"""Which files contacts may send, and what they hear when one is not taken."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass

from conversations.files import HEAD, PLAIN_TEXT, media_type, own_name
from conversations.model import Attachment
from conversations.store.blobs import Blobs, TooLarge

# Pictures that every browser shows and that cannot hold a script.
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_SPOKEN = {"application/pdf": "PDF", PLAIN_TEXT: "text"}
_KINDS = {"image": "pictures", "audio": "recordings", "video": "videos"}


class FileRefused(Exception):
    """The file is not taken; the message, for the contact, says why and what to do; ``status`` is HTTP's."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


@dataclass(frozen=True, slots=True)
class FileRules:
    """What may come: at most ``most`` bytes, of these media types, ``at_once`` in one message."""

    most: int
    types: frozenset[str]
    at_once: int = 5

    @classmethod
    def of(cls, megabytes: float, types: Collection[str]) -> FileRules:
        """As the settings say it."""
        return cls(int(megabytes * 1_000_000), frozenset(types))

    def too_large(self) -> FileRefused:
        return FileRefused(413, f"This file is larger than {self.most / 1_000_000:g} MB. Please send a smaller one.")

    def wrong_type(self) -> FileRefused:
        named = sorted({_SPOKEN.get(kind) or _KINDS.get(kind.partition("/")[0]) or kind for kind in self.types})
        return FileRefused(415, f"This kind of file cannot be sent here. You can send: {', '.join(named)}.")


async def keep(blobs: Blobs, content: AsyncIterator[bytes], name: str, rules: FileRules) -> Attachment:
    """Keeps what a vendor gives us: named by us, and what it is told by its bytes.

    Raises:
        FileRefused: too large (413), or of another kind (415); and whatever ``content`` raises. Nothing is left behind.
    """
    head = bytearray()
    try:
        file_id, size = await blobs.put(_seen(content, head), rules.most)
    except TooLarge:
        raise rules.too_large() from None
    kind = media_type(bytes(head))
    if kind is None or kind not in rules.types:
        await blobs.delete(file_id)
        raise rules.wrong_type()
    return Attachment(file_id, own_name(name, kind), kind, size)


async def _seen(content: AsyncIterator[bytes], head: bytearray) -> AsyncIterator[bytes]:
    """The same parts; the first bytes are noted, since they tell what the file is."""
    async for part in content:
        head.extend(part[: max(0, HEAD - len(head))])
        yield part
