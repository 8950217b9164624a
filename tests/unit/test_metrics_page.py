"""``docs/metrics.md`` names every metric that the code raises, with its kind and labels, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "conversations", "escalation", "frontdesk", "vendors")
KINDS = {"Counter": "counter", "Gauge": "gauge", "Histogram": "histogram", "Summary": "summary"}
_ROW = re.compile(r"^\| `(frontdesk_\w+)` \| (\w+) \| ([^|]*) \| [^|]+ \| [^|]+ \|$", re.MULTILINE)

Metrics = dict[str, tuple[str, tuple[str, ...]]]


def in_the_code() -> Metrics:
    """The metrics that are made anywhere, by the name under which they are shown."""
    found: Metrics = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS:
                    found.update(_metric(node, node.func.id))
    return found


def _metric(call: ast.Call, kind: str) -> Metrics:
    match call.args:
        case [ast.Constant(value=str(name)), _, *labels] if name.startswith("frontdesk_"):
            told = tuple(ast.literal_eval(labels[0])) if labels else ()
            return {name + ("_total" if kind == "Counter" else ""): (KINDS[kind], told)}
    return {}


def on_the_page() -> Metrics:
    text = (ROOT / "docs/metrics.md").read_text()
    return {name: (kind, tuple(re.findall(r"`(\w+)`", labels))) for name, kind, labels in _ROW.findall(text)}


def test_the_page_of_metrics_has_every_one_with_its_kind_and_labels_and_no_other() -> None:
    code = in_the_code()
    assert len(code) > 20
    assert on_the_page() == code


def test_every_name_in_a_formula_is_a_metric() -> None:
    text = (ROOT / "docs/metrics.md").read_text()
    named = {re.sub(r"_bucket$", "", name) for name in re.findall(r"frontdesk_\w+", text)}
    assert named <= in_the_code().keys()
