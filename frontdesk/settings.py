"""Settings: secrets and addresses from ``FRONTDESK_…`` variables or ``.env``; the rest from ``frontdesk.yml``."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Annotated

import yaml
from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, IPvAnyNetwork, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.channels.rest.access import is_loopback
from bot.config import Assistant, Bounds, Groups, HandoffPolicy, Mood, Publishing, Section
from conversations import yaml_text
from escalation.config import Goodwill, Mail, Team, TeamList, Teams
from vendors.smtp_url import server

PROJECT = Path(__file__).resolve().parent.parent
_PREFIX, _ENV_FILE = "FRONTDESK_", ".env"
_SECRET_LENGTH = 32
_OF_A_TEAM = ("hours", "slack")  # where these keys were before there were teams
# Read by the test set-up only; known here so that they are not refused as unknown.
_TEST_ONLY = {"FRONTDESK_TEST_DATABASE_URL", "FRONTDESK_TEST_REDIS_URL", "FRONTDESK_TEST_REQUIRE_SERVICES"}


# People write addresses without a driver's name.
_DRIVERS = {
    "postgres://": "postgresql+asyncpg://",
    "postgresql://": "postgresql+asyncpg://",
    "sqlite://": "sqlite+aiosqlite://",
}


class SettingsWrong(Exception):
    """Something in the settings is unknown, missing or of the wrong form; the message names all of it."""


class WebAttachments(Section):
    """Files that contacts send in the web chat."""

    max_mb: float = Field(default=10, gt=0, le=20, description="The largest file, in megabytes.")
    types: tuple[str, ...] = Field(
        default=(
            "image/png",
            "image/jpeg",
            "image/gif",
            "image/webp",
            "image/heic",
            "application/pdf",
            "text/plain",
            "audio/ogg",
            "audio/mpeg",
            "audio/mp4",
            "video/mp4",
            "video/webm",
            "video/quicktime",
        ),
        description="Media types that are taken, as a file's bytes tell them; any text is text/plain.",
    )


class SocketIo(Section):
    """Rasa's Socket.IO protocol, for web chats made for Rasa's server. Names are those of Rasa's credentials.yml."""

    enabled: bool = Field(default=False, description="Whether it is there, for the same origins as the web chat.")
    socketio_path: str = Field(default="/socket.io", pattern=r"^/[\w./-]+$", description="Where it is reached.")
    user_message_evt: str = Field(default="user_uttered", min_length=1, description="The event of a contact's message.")
    bot_message_evt: str = Field(default="bot_uttered", min_length=1, description="The event of an answer.")
    namespace: str = Field(default="/", pattern="^/", description="Socket.IO's namespace.")
    metadata_key: str = Field(
        default="metadata", min_length=1, description="Where a message's own id is looked for: its message_id."
    )


class Web(Section):
    """The web channel."""

    origins: tuple[str, ...] = Field(
        default=(), description="Sites besides our own that may open the chat, such as https://shop.example."
    )
    messages_at_once: float = Field(default=20, ge=1, description="Messages that one visitor may send at once.")
    messages_a_second: float = Field(default=2, gt=0, description="And on average, after that.")
    new_chats_at_once: float = Field(
        default=60, ge=1, description="Chats that may begin at once from one address, such as an office's."
    )
    new_chats_a_second: float = Field(default=1, gt=0, description="And on average, after that.")
    attachments: WebAttachments = Field(WebAttachments(), description="Files that contacts send in the chat.")
    socketio: SocketIo = Field(SocketIo(), description="Rasa's Socket.IO protocol.")


class Rest(Section):
    """Rasa's REST protocol, `POST /webhooks/rest/webhook`, for clients made for Rasa's server."""

    enabled: bool = Field(
        default=False, description="Whether it is there. Beyond this machine it needs FRONTDESK_REST_TOKEN."
    )
    wait: float = Field(
        default=30,
        gt=0,
        description="The longest that a call waits for its turn; what comes later is answered to the next call.",
    )


def _intent_alone(payload: str) -> str:
    if not re.fullmatch(r"/[A-Za-z_][\w-]{0,49}", payload, re.ASCII):
        raise ValueError("a slash and an intent, without entities, such as /greet")
    return payload


class Models(Section):
    """The engine."""

    action_server_url: str | None = Field(
        default=None, description="A Rasa action server to ask instead of running the actions in the engine."
    )
    action_seconds: float = Field(default=8, gt=0, description="The longest that an action may take.")


class Config(Section):
    """The keys of ``frontdesk.yml``: all that is not secret."""

    business: str = Field(default="Pineapple & Co", description="The name shown to contacts.")
    languages: tuple[str, ...] = Field(
        default=("en",),
        description="Languages that the content is written in (ISO 639-1): the same as in config.yml. "
        "Who writes another one hears whether somebody here speaks it.",
    )
    assistant: Assistant = Assistant()
    bounds: Bounds = Bounds()
    handoff: HandoffPolicy = HandoffPolicy()
    mood: Mood = Mood()
    survey_after: tuple[str, ...] = Field(
        default=("goodbye",),
        description="Intents by which contacts take their leave: after one that the assistant answered, they are asked "
        "how it was. After a person has closed a matter they always are.",
    )
    groups: Groups = Groups()
    forms: dict[str, tuple[Annotated[str, Field(min_length=1, max_length=2000)], ...]] = Field(
        default={"complaint": ("What happened?", "Order number, such as PC-10452, if there is one")},
        description="Where a channel has forms (Slack's), an intent whose questions may be answered in one, with the "
        "labels of its fields: the first holds a text of any length, the others are short and may stay empty.",
    )
    teams: TeamList = Field(default=(Team(),), description="Who takes handoffs, each team with keys of its own, below.")
    goodwill: Goodwill = Goodwill()
    mail: Mail = Mail()
    web: Web = Web()
    rest: Rest = Rest()
    client_payloads: tuple[Annotated[str, AfterValidator(_intent_alone)], ...] = Field(
        default=("/greet", "/get_started"),
        description="What a Rasa client may send as the first message of a conversation to mean an intent.",
    )
    engine: Models = Models()
    content: Publishing = Publishing()


def _parted(given: object) -> object:
    return [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else given


class Environment(BaseSettings):
    """The variables, each with the prefix ``FRONTDESK_``."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_file=_ENV_FILE, env_ignore_empty=True, extra="ignore", frozen=True
    )

    data: Path = Field(default=Path("var"), description="Database, models, keys and sockets; mode 700.")
    config: Path = Field(default=PROJECT / "frontdesk.yml", description="The file of the second table.")
    project: Path = Field(default=PROJECT, description="The folder with config.yml, domain.yml and data/.")
    host: str = Field(default="127.0.0.1", description="The address that a front listens on.")
    port: int = Field(default=8080, ge=0, le=65535, description="The port that a front listens on.")
    public_url: str | None = Field(
        default=None, description="Where people reach it, https://…; with it Telegram sends updates there."
    )
    smtp_url: str | None = Field(
        default=None,
        description="smtp://user:password@host:587?starttls or smtps://…: a mail server. With it who leaves the chat "
        "while waiting can be answered by e-mail; it needs PUBLIC_URL.",
    )
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode, BeforeValidator(_parted)] = Field(
        default=(),
        description="Addresses and networks of your own proxies, with commas: 127.0.0.1, 10.0.0.0/8. From these "
        "X-Forwarded-For is believed, so that limits by address count people. See docs/operation.md.",
    )
    secret_key: str | None = Field(
        default=None,
        min_length=_SECRET_LENGTH,
        description="Signs visitors' tokens and sign-ins; made in the data folder. Set it for several machines.",
    )
    database_url: str | None = Field(
        default=None, description="postgresql://user:password@host/name; without it SQLite in the data folder."
    )
    redis_url: str | None = Field(default=None, description="redis://host:6379/0; needed for more than one front.")
    rest_token: str | None = Field(
        default=None, min_length=16, description="Rasa's REST protocol asks for it as a bearer token."
    )
    web_identity_secret: str | None = Field(
        default=None,
        min_length=_SECRET_LENGTH,
        description="What the shop's site signs its customers' ids with for the web chat: see docs/web.md.",
    )
    slack_bot_token: str | None = Field(
        default=None, description="xoxb-…; with it agents work in Slack. See docs/slack.md for all four."
    )
    slack_signing_secret: str | None = Field(
        default=None, description="Proves that a request to /slack/events is Slack's; for workspaces that reach us."
    )
    slack_app_token: str | None = Field(
        default=None, description="xapp-…, for Socket Mode: Slack is listened to without a public address."
    )
    slack_contacts_bot_token: str | None = Field(
        default=None, description="xoxb-… of an app of its own for contacts; without it the agents' app serves both."
    )
    slack_contacts_signing_secret: str | None = Field(
        default=None, description="The same app's: proves requests to /slack/contacts/events."
    )
    slack_contacts_app_token: str | None = Field(default=None, description="The same app's xapp-…, for Socket Mode.")
    slack_client_id: str | None = Field(
        default=None, description="With the next one, other workspaces can install the contacts' app: /slack/install."
    )
    slack_client_secret: str | None = Field(default=None, description="Proves to Slack that an install is ours.")
    slack_api_url: str = Field(default="https://slack.com/api/", description="Slack's Web API.")
    telegram_token: str | None = Field(
        default=None,
        pattern=r"^\d+:[A-Za-z0-9_-]+$",
        description="From @BotFather; with it contacts write on Telegram. See docs/telegram.md.",
    )
    telegram_secret: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_-]{32,256}$",
        description="Proves that a request to /webhooks/telegram is Telegram's, in 32 to 256 letters, digits, _ and -; "
        "without it made from SECRET_KEY.",
    )
    telegram_api_url: str = Field(
        default="https://api.telegram.org",
        pattern="^https?://",
        description="Telegram's Bot API, or a server of one's own.",
    )
    encoder: str | None = Field(
        default=None, description="Another sentence encoder: the path of its .onnx file, or none for n-grams alone."
    )
    engine_listen: str | None = Field(
        default=None, description="unix:PATH or host:port; without it engine.sock in the data folder."
    )
    engine_urls: str | None = Field(
        default=None,
        description="The engines that fronts ask: unix:PATH or http://host:port, with commas; else ENGINE_LISTEN.",
    )
    engine_secret: str | None = Field(
        default=None, min_length=16, description="Shared by fronts and engines; made in the data folder."
    )


class Settings:
    """Everything that the processes are built from. Made once, in the composition root."""

    def __init__(self, environment: Environment, config: Config) -> None:
        self.environment, self.config = environment, config
        self.data = environment.data.absolute()

    @cached_property
    def database_url(self) -> str:
        """SQLAlchemy's address of the record; SQLite in the data folder by default."""
        given = self.environment.database_url
        if given is None:
            return f"sqlite+aiosqlite:///{self.data / 'frontdesk.db'}"
        for plain, driver in _DRIVERS.items():
            given = driver + given.removeprefix(plain) if given.startswith(plain) else given
        return given

    @property
    def redis_url(self) -> str | None:
        return self.environment.redis_url

    @property
    def models(self) -> Path:
        return self.data / "models"

    @property
    def draft(self) -> Path:
        """Where the model of the draft lies that the studio tries."""
        return self.data / "draft"

    @property
    def draft_socket(self) -> Path:
        """Where the draft's engine listens."""
        return self.data / "draft.sock"

    @cached_property
    def secret_key(self) -> str:
        """Signs visitors' tokens and sign-ins; made in the data folder at first start."""
        return self.environment.secret_key or self._made_secret("secret_key")

    @cached_property
    def engine_secret(self) -> str:
        """Shared by front and engine."""
        return self.environment.engine_secret or self._made_secret("engine_secret")

    @property
    def engine_listen(self) -> str:
        """Where the engine listens: ``unix:<path>`` or ``host:port``."""
        return self.environment.engine_listen or f"unix:{self.data / 'engine.sock'}"

    @property
    def engine_urls(self) -> list[str]:
        """Where the front finds engines: ``unix:<path>`` or ``http://host:port``, separated by commas."""
        given = self.environment.engine_urls
        if given:
            return [url.strip() for url in given.split(",") if url.strip()]
        listen = self.engine_listen
        return [listen if listen.startswith("unix:") else f"http://{listen}"]

    def prepare_data(self) -> None:
        """Makes the data folder, readable by its owner only."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.data.chmod(0o700)
        self.models.mkdir(exist_ok=True)

    def _made_secret(self, name: str) -> str:
        self.prepare_data()
        path = self.data / name
        if not path.exists():
            # Written aside and linked: no other process sees it half written, and of two that make it one wins.
            made, aside = tempfile.mkstemp(dir=self.data)
            with os.fdopen(made, "w") as file:
                file.write(secrets.token_urlsafe(48))
            with contextlib.suppress(FileExistsError):
                os.link(aside, path)
            Path(aside).unlink()
        found = path.read_text().strip()
        if len(found) < _SECRET_LENGTH:
            raise SettingsWrong(f"{path} holds no secret. Delete it, and another is made at the next start.")
        return found


def load() -> Settings:
    """Reads the variables and ``frontdesk.yml``.

    Raises:
        SettingsWrong: naming everything that is wrong at once.
    """
    given, wrong = _given()
    wrong += _unknown(given)
    environment: Environment | None = None
    try:
        environment = Environment()
    except ValidationError as invalid:
        wrong += [f"{_PREFIX}{_where(e['loc']).upper()}: {e['msg']}" for e in invalid.errors()]
    except (OSError, UnicodeError):
        pass  # the file of variables, told already
    path = environment.config if environment else Path(given.get(f"{_PREFIX}CONFIG") or PROJECT / "frontdesk.yml")
    config, complaints = _config(path)
    wrong += complaints
    if environment is not None and config is not None:
        wrong += _slack_lacks(environment, config) + _slack_contacts_lack(environment)
        wrong += _rest_lacks(environment, config) + _mail_lacks(environment)
    if wrong or environment is None or config is None:
        raise SettingsWrong("Frontdesk cannot start with these settings:\n" + "\n".join(f"  - {w}" for w in wrong))
    return Settings(environment, config)


def _mail_lacks(given: Environment) -> list[str]:
    """A mail server needs an address that can be read, and each e-mail a link back."""
    if not given.smtp_url:
        return []
    lacks = []
    try:
        server(given.smtp_url)
    except ValueError as wrong:
        lacks.append(f"{_PREFIX}SMTP_URL: is no address of a mail server: {wrong}")
    if not given.public_url:
        lacks.append(f"{_PREFIX}PUBLIC_URL: needed with {_PREFIX}SMTP_URL, since each e-mail has a link to the chat")
    return lacks


def _rest_lacks(environment: Environment, config: Config) -> list[str]:
    """A REST protocol that other machines reach needs a token."""
    if not config.rest.enabled or environment.rest_token is not None or is_loopback(environment.host):
        return []
    return [
        f"{_PREFIX}REST_TOKEN: missing, though Rasa's REST protocol is on (rest.enabled) and {_PREFIX}HOST lets other "
        "machines in; set it to 16 characters or more that nobody can guess"
    ]


def _slack_lacks(environment: Environment, config: Config) -> list[str]:
    """What a Slack desk still needs, when there is any token of it."""
    bot, proof = environment.slack_bot_token, environment.slack_signing_secret or environment.slack_app_token
    name = f"{_PREFIX}SLACK_"
    lacks = []
    if proof and not bot:
        lacks.append(f"{name}BOT_TOKEN: missing, though there is another Slack setting; docs/slack.md says where it is")
    if bot and not proof:
        lacks.append(f"{name}SIGNING_SECRET or {name}APP_TOKEN: one of them is needed with {name}BOT_TOKEN")
    if bot and not Teams(config.teams).lobbies:
        lacks.append("frontdesk.yml: teams: give a team its lobby channel, such as  lobby: C0123456789")
    return lacks


def _slack_contacts_lack(given: Environment) -> list[str]:
    """What Slack for contacts still needs, when it has an app of its own or other workspaces may install it."""
    name, own = f"{_PREFIX}SLACK_", given.slack_contacts_bot_token
    proof = given.slack_contacts_signing_secret or given.slack_contacts_app_token
    lacks = []
    if own and not proof:
        lacks.append(f"{name}CONTACTS_SIGNING_SECRET or {name}CONTACTS_APP_TOKEN: one of them is needed with its token")
    if proof and not (own or given.slack_client_id):
        lacks.append(f"{name}CONTACTS_BOT_TOKEN: missing, though there is another setting of that app")
    if bool(given.slack_client_id) != bool(given.slack_client_secret):
        lacks.append(f"{name}CLIENT_ID and {name}CLIENT_SECRET: both or none")
    if given.slack_client_id and not given.public_url:
        lacks.append(f"{_PREFIX}PUBLIC_URL: needed with {name}CLIENT_ID, since Slack sends people back there")
    if given.slack_client_id and not (proof or given.slack_bot_token):
        lacks.append(f"{name}CONTACTS_SIGNING_SECRET: missing, though workspaces can install the app")
    return lacks


def _config(path: Path) -> tuple[Config | None, list[str]]:
    try:
        content = yaml_text.loads(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        return None, [f"{path.name}: the file is missing; copy the one that came with Frontdesk"]
    except (OSError, yaml.YAMLError, ValueError) as broken:  # a ValueError is a date that no calendar has
        return None, [f"{path.name}: cannot be read: {' '.join(str(broken).split())}"]
    try:
        return Config.model_validate(content), []
    except ValidationError as invalid:
        moved = [f"{path.name}: {key}: now a key of a team, under teams" for key in _OF_A_TEAM if key in content]
        told = [e for e in invalid.errors() if e["loc"] not in {(key,) for key in _OF_A_TEAM}]
        return None, [*moved, *(f"{path.name}: {_where(e['loc'])}: {_words(e['msg'])}" for e in told)]


def _where(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc) or "the file"


def _words(message: str) -> str:
    return "unknown key" if message == "Extra inputs are not permitted" else message.removeprefix("Value error, ")


def _given() -> tuple[dict[str, str | None], list[str]]:
    """Our variables of the environment and of ``.env`` by their names in capitals, and what is wrong with the file."""
    wrong = []
    try:
        named = {**dotenv_values(_ENV_FILE), **os.environ}
    except (OSError, UnicodeError) as broken:
        named, wrong = dict(os.environ), [f"{_ENV_FILE}: cannot be read: {broken}"]
    return {name.upper(): value for name, value in named.items() if name.upper().startswith(_PREFIX)}, wrong


def _unknown(given: dict[str, str | None]) -> list[str]:
    known = {_PREFIX + name.upper() for name in Environment.model_fields} | _TEST_ONLY
    return [f"{name}: no such setting; see docs/settings.md" for name in sorted(given.keys() - known)]
