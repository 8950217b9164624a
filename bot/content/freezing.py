"""Content as it was at one moment, in a folder of its own: what is edited meanwhile is not half in it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.content import folder


@contextmanager
def frozen(files: folder.Files, project: Path) -> Iterator[Path]:
    """A folder with these files, as long as the block runs. What of a project is no content is the same."""
    place = Path(tempfile.mkdtemp(prefix="frontdesk-content-"))
    try:
        folder.write(place, files, {})
        for beside in ("actions", "tests"):
            if (project / beside).is_dir():
                (place / beside).symlink_to((project / beside).resolve())
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
