"""What is wrong with the sentences that a command of Rasa is about to read.

Rasa itself is not imported, since that takes seconds, so the options that say what is read are named here again.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from bot.content.check import check_sentences, check_training, read_content
from bot.content.problems import Problem

# Rasa's own defaults.
_DATA, _DOMAIN = "data", "domain.yml"


def problems_for(argv: Sequence[str]) -> list[Problem]:
    """The problems for ``train``, ``test`` and ``data validate`` with their options; none for other commands.

    Sentences that only test a model may be few, and need not teach each intent.
    """
    match argv:
        case _ if {"-h", "--help"} & set(argv):
            return []
        case ["train" | "test", "core", *_] | ["data", "validate", "stories", *_]:
            return []
        case ["test", *_]:
            options = _options(argv)
            content = read_content([_there(options.nlu, _DATA)], None, Path())
            return check_training(content) if options.cross_validation else check_sentences(content)
        case ["train", "nlu", *_]:
            options = _options(argv)
            return _of_training([options.nlu], options.domain)
        case ["train", *_] | ["data", "validate", *_]:
            options = _options(argv)
            return _of_training(options.data, options.domain or _DOMAIN)
    return []


def _options(argv: Sequence[str]) -> Namespace:
    """What is read; all other options are Rasa's business."""
    parser = ArgumentParser(prog="rasa", add_help=False)
    parser.add_argument("--data", nargs="+", default=[_DATA])
    parser.add_argument("-u", "--nlu", default=_DATA)
    parser.add_argument("-d", "--domain")
    parser.add_argument("--cross-validation", action="store_true")
    return parser.parse_known_args(argv)[0]


def _of_training(data: Sequence[str], domain: str | None) -> list[Problem]:
    paths = [_there(path, _DATA) for path in data]
    return check_training(read_content(paths, _there(domain, _DOMAIN) if domain else None, Path()))


def _there(path: str, usual: str) -> Path:
    """Rasa takes the usual path for one that is not there."""
    return Path(path) if Path(path).exists() else Path(usual)
