"""Placeholders for packages that Rasa imports and Frontdesk leaves out: TensorFlow, Keras and unused channels.

A finder at the end of ``sys.meta_path`` answers for a fixed list of full module names, so a package that is installed
always comes first. A placeholder may be imported, named in an ``except``, in an annotation, or subclassed; calling it,
or making an instance of a subclass, raises ``LeftOut``, which says which component needs what.
"""

from __future__ import annotations

import importlib.machinery
import sys
import types
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from typing import Any, NoReturn

TENSORFLOW = "TensorFlow"

# Full names, never roots: answering for "google" or "slack_sdk.*" would make other libraries believe in a package.
LEFT_OUT: dict[str, str] = {
    "tensorflow": TENSORFLOW,
    "tensorflow.keras": TENSORFLOW,
    "tensorflow.keras.backend": TENSORFLOW,
    "tensorflow.keras.callbacks": TENSORFLOW,
    "tensorflow.keras.utils": TENSORFLOW,
    "tensorflow.python": TENSORFLOW,
    "tensorflow.python.eager": TENSORFLOW,
    "tensorflow.python.eager.wrap_function": TENSORFLOW,
    "tensorflow.python.types": TENSORFLOW,
    "tensorflow.python.types.core": TENSORFLOW,
    "tensorflow.types": TENSORFLOW,
    "tensorflow.types.experimental": TENSORFLOW,
    "keras": TENSORFLOW,
    "keras.utils": TENSORFLOW,
    "keras.utils.control_flow_util": TENSORFLOW,
    "keras.utils.tf_utils": TENSORFLOW,
    "fbmessenger": "fbmessenger",
    "fbmessenger.attachments": "fbmessenger",
    "fbmessenger.elements": "fbmessenger",
    "fbmessenger.quick_replies": "fbmessenger",
    "fbmessenger.sender_actions": "fbmessenger",
    "mattermostwrapper": "mattermostwrapper",
    "rocketchat_API": "rocketchat_API",
    "rocketchat_API.rocketchat": "rocketchat_API",
    "twilio": "twilio",
    "twilio.base": "twilio",
    "twilio.base.exceptions": "twilio",
    "twilio.rest": "twilio",
    "twilio.rest.api": "twilio",
    "twilio.rest.api.v2010": "twilio",
    "twilio.rest.api.v2010.account": "twilio",
    "twilio.rest.api.v2010.account.message": "twilio",
    "twilio.twiml": "twilio",
    "twilio.twiml.voice_response": "twilio",
    "webexteamssdk": "webexteamssdk",
    "aiogram": "aiogram",
    "aiogram.types": "aiogram",
    "aiogram.utils": "aiogram",
    "aiogram.utils.exceptions": "aiogram",
    "slack_sdk": "slack_sdk",
    "slack_sdk.web": "slack_sdk",
    "slack_sdk.web.async_client": "slack_sdk",
    "confluent_kafka": "confluent_kafka",
    "cachecontrol": "cachecontrol",
    "oauth2client": "oauth2client",
    "psycopg2": "psycopg2",
    "psycopg2.extensions": "psycopg2",
}


class LeftOut(Exception):
    """A part of Rasa was used that needs a package which Frontdesk leaves out."""


def _rasa_component() -> str | None:
    """The innermost Rasa graph component at work, found by walking up the stack."""
    frame = sys._getframe(2)
    while frame is not None:
        owner = frame.f_locals.get("self", frame.f_locals.get("cls"))
        kind = owner if isinstance(owner, type) else type(owner)
        component = kind.__module__.startswith("rasa.") and not isinstance(kind, _Placeholder)
        if component and hasattr(kind, "get_default_config"):
            return kind.__name__
        frame = frame.f_back  # type: ignore[assignment]
    return None


def refuse(placeholder: str, package: str) -> NoReturn:
    """Raise ``LeftOut`` for the use of ``placeholder``; Rasa's own tools print it as one sentence."""
    from rasa.shared.exceptions import RasaException

    kind = type("LeftOut", (LeftOut, RasaException), {"__doc__": LeftOut.__doc__})
    component = _rasa_component() or "This part of Rasa"
    raise kind(
        f"{component} needs {package}, which Frontdesk leaves out (it used {placeholder}). Choose another component in "
        f"config.yml, or see docs/decisions.md for how to run with {package}."
    )


class _Placeholder(type):
    """The type of placeholder classes: any attribute is again a placeholder, and no instance can be made."""

    _package: str
    _path: str

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return make(f"{cls._path}.{name}", cls._package)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        refuse(cls._path, cls._package)

    def __getitem__(cls, item: Any) -> Any:
        return cls


def make(path: str, package: str) -> Any:
    """A placeholder class; an exception, so that it may be named in an ``except`` clause."""
    body = {"_path": path, "_package": package, "__module__": path.rpartition(".")[0]}
    return _Placeholder(path.rpartition(".")[2], (Exception,), body)


class _PlaceholderModule(types.ModuleType):
    """A module whose every attribute is a placeholder."""

    _package: str

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = make(f"{self.__name__}.{name}", self._package)
        setattr(self, name, value)
        return value


def _never(_value: object) -> bool:
    """Matplotlib asks ``tensorflow.is_tensor`` and ``is_tf_type`` of any value: nothing is a tensor here."""
    return False


class PlaceholderFinder(MetaPathFinder, Loader):
    """Serves ``LEFT_OUT`` and remembers in ``touched`` which of it was imported."""

    def __init__(self) -> None:
        self.touched: set[str] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A spec for a module on the list, else None."""
        if fullname not in LEFT_OUT:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """An empty placeholder module."""
        self.touched.add(spec.name)
        module = _PlaceholderModule(spec.name)
        module._package = LEFT_OUT[spec.name]
        module.__path__ = []
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run; TensorFlow gets the two questions that Matplotlib asks."""
        if module.__name__ == "tensorflow":
            vars(module).update(is_tensor=_never, is_tf_type=_never)


def install() -> PlaceholderFinder:
    """Append the finder to ``sys.meta_path`` once and return it."""
    for finder in sys.meta_path:
        if isinstance(finder, PlaceholderFinder):
            return finder
    finder = PlaceholderFinder()
    sys.meta_path.append(finder)
    return finder
