"""The frames of the web socket ``/ws``: JSON objects told apart by ``type``.

The browser opens with ``hello``; the server answers ``welcome``, then pushes ``messages``, ``state`` and ``typing``.
Messages are numbered from 1 in each conversation without gaps: the browser keeps the highest number that it has shown
(its cursor) and names it in ``hello``; a batch whose ``after`` is above the cursor shows a gap, which ``replay`` fills.
"""

from __future__ import annotations

import msgspec

# What the browser says.


class Hello(msgspec.Struct, tag="hello", forbid_unknown_fields=True):
    """First frame. ``token`` proves who the visitor is (None: a new visitor); ``after`` is the browser's cursor.

    ``contact`` is the customer's id as the host site signed it (`bot.channels.web.identity.known_by`). ``back`` is the
    proof from the link of an e-mail (``#return=…``): it counts instead of ``token``, and the answer has a new one.
    ``timezone`` is the browser's (IANA's name): an agent then sees what time it is there.
    """

    token: str | None = None
    after: int = 0
    locale: str | None = None
    contact: str | None = None
    back: str | None = None
    timezone: str | None = None


class Say(msgspec.Struct, tag="say", forbid_unknown_fields=True):
    """A message. ``id`` is a UUID made before the first send and resent unchanged, so that a repeat is dropped.

    ``files`` are the handles of uploads of this visitor that no message has carried yet.
    """

    id: str
    text: str
    files: list[str] = []


class Press(msgspec.Struct, tag="press", forbid_unknown_fields=True):
    """A button pressed: ``choice`` is ``<message number>:<index>``."""

    id: str
    choice: str


class Menu(msgspec.Struct, tag="menu", forbid_unknown_fields=True):
    """The standing menu: ``command`` is start, help, human or privacy."""

    id: str
    command: str


class Edit(msgspec.Struct, tag="edit", forbid_unknown_fields=True):
    """Puts another text in the place of the contact's own message whose UUID is ``of``."""

    id: str
    of: str
    text: str


class Delete(msgspec.Struct, tag="delete", forbid_unknown_fields=True):
    """Takes back the contact's own message whose UUID is ``of``."""

    id: str
    of: str


class Writing(msgspec.Struct, tag="typing", forbid_unknown_fields=True):
    """The contact is writing."""


class Replay(msgspec.Struct, tag="replay", forbid_unknown_fields=True):
    """Asks for everything after ``after`` again."""

    after: int


Act = Say | Press | Menu | Edit | Delete
ClientFrame = Hello | Say | Press | Menu | Edit | Delete | Writing | Replay

# What the server says.


class ButtonView(msgspec.Struct, omit_defaults=True):
    """A choice: send ``Press(choice=…)``. ``kind`` is ``reply``, ``command`` or ``survey`` (five stars, in order).

    One that ``stays`` can be pressed after another one of its message was.
    """

    title: str
    choice: str
    kind: str = "reply"
    stays: bool = False


class FileView(msgspec.Struct):
    """A file: ``GET /files/<id>`` with the visitor's token as a bearer token gives it; ``size`` in bytes."""

    id: str
    name: str
    media_type: str
    size: int


class MessageView(msgspec.Struct, omit_defaults=True):
    """One message as the contact may see it.

    ``sender`` is contact, bot, agent or system; ``name`` the agent's name; ``at`` Unix seconds; ``id`` the contact's
    own UUID, so that the browser recognises what it sent; ``withdrawn`` messages keep their number and have no text,
    as ``deleted`` ones do; ``chosen`` is the index of the button that was pressed; ``open`` is False when its buttons
    can no longer be pressed; ``pressed`` when the contact pressed a button rather than wrote, then ``choice`` says
    which one; ``masked`` is ``card`` or ``secret`` when that was taken out of what the contact wrote.
    """

    number: int
    sender: str
    text: str
    at: float
    name: str | None = None
    id: str | None = None
    image: str | None = None
    files: list[FileView] = []
    buttons: list[ButtonView] = []
    chosen: int | None = None
    open: bool = True
    withdrawn: bool = False
    pressed: bool = False
    choice: str | None = None
    masked: str | None = None
    edited: bool = False
    deleted: bool = False


class StateView(msgspec.Struct, tag="state", omit_defaults=True):
    """Who answers now: ``owner`` is bot, queue or agent.

    ``agent`` is the agent's name; ``waiting`` is True while a handoff waits, also when the assistant answers meanwhile;
    then ``place`` is the place in line, from 1 (1001: further back than is counted), ``reference`` what the contact may
    quote.
    """

    owner: str
    agent: str | None = None
    waiting: bool = False
    place: int | None = None
    reference: str | None = None


class FilesView(msgspec.Struct):
    """What ``POST /files`` takes: at most ``most`` bytes, of these media types, ``at_once`` of them in a message."""

    most: int
    types: list[str]
    at_once: int


class Welcome(msgspec.Struct, tag="welcome", omit_defaults=True):
    """Answer to ``hello``: the token to keep, the state, the shop's name, and how an empty chat begins.

    ``after`` is the cursor that counts: below the browser's own it is another conversation, and what was shown is not
    of it. ``known`` when the host site made the contact known: their token is for this page only.
    """

    token: str
    state: StateView
    business: str
    assistant: str
    greeting: str
    starters: list[str]
    last_number: int
    text_limit: int
    after: int
    files: FilesView
    known: bool = False


class Messages(msgspec.Struct, tag="messages"):
    """Messages above ``after``, in order; a message seen before comes again when its buttons or text changed."""

    after: int
    items: list[MessageView]


class Accepted(msgspec.Struct, tag="accepted"):
    """The contact's message with this UUID is committed as ``number``; it needs no resend. 0: it was no message."""

    id: str
    number: int


class Typing(msgspec.Struct, tag="typing", omit_defaults=True):
    """Somebody is writing, until the next message or ``on`` False."""

    on: bool
    name: str | None = None


class Problem(msgspec.Struct, tag="problem", omit_defaults=True):
    """A frame was not taken: what happened and what to do. ``id`` names the message; ``retry``: send it later.

    ``text`` is empty when the contact was told already: once a flood.
    """

    code: str
    text: str
    id: str | None = None
    retry: bool = False


ServerFrame = Welcome | Messages | Accepted | StateView | Typing | Problem
