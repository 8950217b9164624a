"""The arrows between our packages, and what may be imported where, read from the syntax trees."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FRONT_IMPORTS = Path(__file__).with_name("front_imports.txt")

# The only arrows; each package may import itself.
ARROWS = {
    "frontdesk": {"bot", "escalation", "conversations", "vendors"},
    "bot": {"conversations", "vendors"},
    "escalation": {"conversations", "vendors"},
    "conversations": set(),
    "vendors": set(),
}
STANDARD_LIBRARY_ONLY = [f"conversations/{name}.py" for name in ("model", "handoff", "survey", "staff", "events")]

# The assistant's heavy half, and who outside it starts it, always within the function that needs it.
RASA = {"rasa", "rasa_sdk", "vaderSentiment", "sklearn"}
ENGINE_SIDE = ("bot.engine", "bot.nlu", "bot.actions", "bot.content.learned")
# Light, and for everybody: how to ask an engine, and which model file is the live one.
LIGHT = ("bot.engine.client", "bot.engine.wire", "bot.engine.model_files")
FRONT_OF_THE_ENGINE = {"bot.engine", *LIGHT}
STARTERS = {
    "frontdesk/engine.py": ENGINE_SIDE,
    "frontdesk/cli.py": ENGINE_SIDE,
    "frontdesk/content_cli.py": ENGINE_SIDE,
    "frontdesk/publishing.py": ENGINE_SIDE,
}

NOT_IN_A_FRONT = {
    *("rasa", "rasa_sdk", "tensorflow", "keras", "sklearn", "vaderSentiment", "matplotlib", "pandas", "scipy", "numpy"),
    *("alembic", "slack_bolt", "telegram", "bot.nlu", "bot.actions", "bot.content.learned", "bot.engine.server"),
}


@cache
def modules() -> dict[str, ast.Module]:
    """Our modules by their path."""
    paths = [path for package in ARROWS for path in sorted((ROOT / package).rglob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_bytes()) for path in paths}


def imported(tree: ast.AST) -> Iterator[str]:
    """Every name imported anywhere in a tree; ``from a import b`` as ``a`` and ``a.b``, since b may be a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in line {node.lineno}"
            module = node.module or ""
            yield from (module, *(f"{module}.{alias.name}" for alias in node.names))


def is_within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def is_engine_side(path: str) -> bool:
    dotted = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return is_within(dotted, ENGINE_SIDE) and dotted not in FRONT_OF_THE_ENGINE


def test_the_packages_are_read() -> None:
    assert {path.partition("/")[0] for path in modules()} == ARROWS.keys()
    assert len(modules()) > 80
    assert all(path in modules() for path in (*STANDARD_LIBRARY_ONLY, *STARTERS))
    assert is_engine_side("bot/engine/server.py") and not is_engine_side("bot/engine/client.py")


@pytest.mark.parametrize("package", ARROWS)
def test_a_package_imports_only_along_its_arrows(package: str) -> None:
    forbidden = ARROWS.keys() - ARROWS[package] - {package}
    wrong = [
        (path, name)
        for path, tree in modules().items()
        if path.startswith(package + "/")
        for name in imported(tree)
        if name.partition(".")[0] in forbidden
    ]
    assert wrong == []


@pytest.mark.parametrize("path", STANDARD_LIBRARY_ONLY)
def test_the_words_of_the_record_need_the_standard_library_only(path: str) -> None:
    third_party = {name.partition(".")[0] for name in imported(modules()[path])} - sys.stdlib_module_names
    assert third_party <= {"conversations"}


@pytest.mark.parametrize("path", STANDARD_LIBRARY_ONLY)
def test_the_words_of_the_record_import_nothing_of_ours_but_one_another(path: str) -> None:
    words = tuple(word.removesuffix(".py").replace("/", ".") for word in STANDARD_LIBRARY_ONLY)
    ours = {name for name in imported(modules()[path]) if name.startswith("conversations")}
    assert [name for name in ours if not is_within(name, words)] == []


def test_rasa_is_imported_on_the_engine_s_side_only() -> None:
    importers = {path for path, tree in modules().items() if RASA & {name.partition(".")[0] for name in imported(tree)}}
    assert importers
    assert [path for path in importers if not is_engine_side(path)] == []


def test_the_engine_s_side_is_imported_by_itself_and_what_starts_it_only() -> None:
    wrong = [
        (path, name)
        for path, tree in modules().items()
        if not is_engine_side(path)
        for name in imported(tree)
        if is_within(name, ENGINE_SIDE)
        and not is_within(name, LIGHT)
        and name != "bot.engine"
        and not is_within(name, STARTERS.get(path, ()))
    ]
    assert wrong == []


@pytest.mark.parametrize("path", STARTERS)
def test_what_starts_the_engine_imports_it_within_functions_only(path: str) -> None:
    at_once = [node for node in modules()[path].body if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    wrong = {name for node in at_once for name in imported(node) if is_within(name, STARTERS[path])}
    of_the_front = {name for name in wrong if is_within(name, LIGHT)}
    assert wrong - FRONT_OF_THE_ENGINE - of_the_front == set()


_FRONT = """
import importlib.util, json, sys
import frontdesk.app, frontdesk.serve
def place(module):
    return f"{getattr(module, '__file__', '')} {getattr(module, '__path__', '')}"
from_packages = sorted(n for n, module in sys.modules.items() if "." not in n and "-packages" in place(module))
print(json.dumps({"all": sorted(sys.modules), "third_party": from_packages}))
"""


@pytest.fixture(scope="module")
def front() -> dict[str, set[str]]:
    """What a front without tokens has imported when it begins to serve."""
    done = subprocess.run([sys.executable, "-c", _FRONT], cwd=ROOT, check=True, capture_output=True, text=True)
    return {name: set(modules) for name, modules in json.loads(done.stdout).items()}


def test_a_front_imports_neither_the_assistant_nor_what_it_does_not_need(front: dict[str, set[str]]) -> None:
    assert {"frontdesk.app", "frontdesk.serve", "bot.engine.client"} <= front["all"]
    assert front["all"] & NOT_IN_A_FRONT == set()


def test_a_front_imports_only_what_is_on_the_list(front: dict[str, set[str]]) -> None:
    listed = {line for line in FRONT_IMPORTS.read_text().splitlines() if line and not line.startswith("#")}
    assert "aiohttp" in front["third_party"]
    # Names that begin with "_" are compiled parts of packages, and differ between builds.
    assert {name for name in front["third_party"] if not name.startswith("_")} - listed == set()


def test_tensorflow_is_not_installed() -> None:
    code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('tensorflow') is not None)"
    # In a process of its own: the engine's tests put placeholders into this one.
    subprocess.run([sys.executable, "-c", code], check=True)
