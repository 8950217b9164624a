"""The content as files in a folder: what belongs to it, reading it whole, writing it so that no half file is seen."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

# Paths as seen from the project's folder, with slashes, and the bytes there.
Files = Mapping[str, bytes]

_PARTS = ("config.yml", "domain.yml", "domain", "data")
MOST = 5 * 1024 * 1024  # bytes of one file; all that people write by hand is far below


class ContentRefused(Exception):
    """The content cannot be taken as it is; the message says which file and why. Nothing was changed."""


def paths(project: Path) -> list[Path]:
    """The files that a model is made of, in a fixed order: ``config.yml``, the domain, and the YAML under ``data``."""
    parts = [project / part for part in _PARTS]
    return [path for part in parts for path in ([part] if part.is_file() else sorted(part.rglob("*.y*ml")))]


def read(project: Path) -> dict[str, bytes]:
    """All content files.

    Raises:
        ContentRefused: one is too large or cannot be read.
    """
    found: dict[str, bytes] = {}
    for path in paths(project):
        name = path.relative_to(project).as_posix()
        try:
            if not path.is_file():  # reading a device might never end
                raise ContentRefused(f"{name} is no file. Content is files of text; take it out of the folder.")
            if (size := path.stat().st_size) > MOST:
                raise ContentRefused(
                    f"{name} has {size / 1e6:.0f} MB, and content files have {MOST // 1024**2} MB at most. Split it up."
                )
            found[name] = path.read_bytes()
        except OSError as wrong:
            raise ContentRefused(f"{name} cannot be read: {wrong.strerror}.") from wrong
    return found


def write(project: Path, files: Files, instead_of: Files) -> list[str]:
    """Makes the folder hold ``files`` where it held ``instead_of``; returns the paths that changed.

    Raises:
        ContentRefused: a path leads out of the content, or the disk does not take a file.
    """
    for name in files:
        if not is_content(name):
            raise ContentRefused(f"{name} is no place for content: that is config.yml, domain.yml, domain/ and data/.")
    changed = [name for name in sorted({*files, *instead_of}) if files.get(name) != instead_of.get(name)]
    try:
        for name in changed:
            path = project / name
            if name in files:
                _replace(path, files[name])
            else:
                path.unlink(missing_ok=True)
    except OSError as wrong:
        raise ContentRefused(f"{project} cannot be written: {wrong.strerror}.") from wrong
    return changed


def is_content(name: str) -> bool:
    """Whether a path is one that content has: relative, within its folders, YAML."""
    path = PurePosixPath(name)
    inside = not path.is_absolute() and ".." not in path.parts and "\\" not in name and path.as_posix() == name
    rooted = name in ("config.yml", "domain.yml") or (len(path.parts) > 1 and path.parts[0] in ("domain", "data"))
    return inside and rooted and path.suffix in (".yml", ".yaml")


def hash_of(content: bytes) -> str:
    """The SHA-256, in hex."""
    return hashlib.sha256(content).hexdigest()


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(mode)
        Path(draft).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(draft).unlink()
        raise
