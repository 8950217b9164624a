"""The size of the run-time environment: what ``make run`` installs, from requirements.lock alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.processes import ROOT, machine

UNWANTED = ("tensorflow", "keras", "torch", "pytest", "playwright")


def size(folder: Path) -> int:
    """Bytes of the files in a folder; hard links count once."""
    seen: dict[int, int] = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            found = path.stat()
            seen[found.st_ino] = found.st_blocks * 512
    return sum(seen.values())


def main() -> None:
    uv = shutil.which("uv", path=f"{ROOT / '.uv' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}")
    if uv is None:
        raise SystemExit("uv is not there; `make run` fetches it")
    with tempfile.TemporaryDirectory(prefix="frontdesk-benchmark-") as made:
        venv = Path(made) / "venv"
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(venv)], check=True)
        options = ["--quiet", "--compile-bytecode", "--require-hashes", "--python", str(venv)]
        subprocess.run([uv, "pip", "sync", *options, str(ROOT / "requirements.lock")], check=True)
        packages = next((venv / "lib").glob("python*")) / "site-packages"
        found = [name for name in UNWANTED if (packages / name).exists()]
        count = len(list(packages.glob("*.dist-info")))
        total = size(venv)
    print(
        f"environment: {total / 1e9:.2f} GB in {count} packages, byte code included; "
        f"not wanted and there: {', '.join(found) or 'nothing'} | {machine()}"
    )


if __name__ == "__main__":
    main()
