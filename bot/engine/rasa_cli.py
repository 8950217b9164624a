"""Rasa's own command line, under the placeholders: what ``frontdesk rasa …`` runs."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence

from bot.engine import placeholders


def main(argv: Sequence[str]) -> int:
    """Run ``rasa`` with ``argv`` in the current folder; the exit code. It takes over ``sys.argv``."""
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
