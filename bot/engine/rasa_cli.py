"""Rasa's own command line, under the placeholders: what ``frontdesk rasa …`` runs.

Before a command trains, tests or validates, the sentences that it will read are checked, and what is wrong is told.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence

from bot.content.command import problems_for
from bot.content.problems import errors
from bot.engine import placeholders


def main(argv: Sequence[str]) -> int:
    """Run ``rasa`` with ``argv`` in the current folder; the exit code. It takes over ``sys.argv``.

    Warnings about the training data are told on standard error; with an error Rasa does not run.
    """
    if not _is_sound(argv):
        return 1
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    warnings.simplefilter("ignore", DeprecationWarning)
    placeholders.install()
    from rasa.__main__ import main as rasa_main

    before = sys.argv
    sys.argv = ["rasa", *argv]
    try:
        rasa_main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except placeholders.LeftOut as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        sys.argv = before
    return 0


def _is_sound(argv: Sequence[str]) -> bool:
    """Whether the training data that a command reads has no errors; its problems are told."""
    problems = problems_for(argv)
    for problem in problems:
        print(problem, file=sys.stderr)
    if errors(problems):
        print("Rasa was not started: mend what is called an error above, and try again.", file=sys.stderr)
    return not errors(problems)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
