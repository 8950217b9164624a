"""Shortcuts through a loaded model: the same answers as Rasa's own code, without the work whose result nobody reads.

Each says what it leaves out. A part of a pipeline that a shortcut was not made for keeps Rasa's code, and
``tests/engine/test_engine_lean.py`` compares the two. Training is not touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rasa.core.policies.memoization import MemoizationPolicy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner

from bot.engine.lean_dialogue import PossibleRules, create_states


def lean(processor: MessageProcessor) -> None:
    """Puts the shortcuts into a processor and the components of its model."""
    # Rasa builds an empty domain at each message, to compare it with ours.
    is_empty = processor.domain.is_empty()
    processor.domain.is_empty = lambda: is_empty
    runner = processor.graph_runner
    if type(runner) is not DaskGraphRunner:
        return
    runner.run = _Run(runner)
    for component in (node._component for node in runner._instantiated_nodes.values()):
        if type(component) in (MemoizationPolicy, RulePolicy):
            component.featurizer._create_states = create_states
            if type(component) is RulePolicy:
                component._get_possible_keys = PossibleRules(component)


class _Run:
    """Runs a graph's nodes one after the other. Rasa has dask plan the same few nodes anew for each run."""

    def __init__(self, runner: DaskGraphRunner) -> None:
        self._nodes, self._schema = runner._instantiated_nodes, runner._graph_schema
        self._plans: dict[tuple[str, ...], list[tuple[str, list[str]]]] = {}

    def __call__(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        wanted = tuple(targets or self._schema.target_names)
        plan = self._plans.get(wanted)
        if plan is None:
            plan = self._plans[wanted] = list(self._plan(wanted))
        results = dict(inputs or {})
        try:
            for name, needs in plan:
                # A node warns of what it is given no value for, only a name.
                given = [(need, results[need]) if need in results else need for need in needs]
                results[name] = self._nodes[name](*given)[1]
        except RuntimeError as wrong:
            raise GraphRunError("Error running runner.") from wrong
        return {target: results[target] for target in wanted}

    def _plan(self, targets: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
        """The nodes that the targets need, each after those that it needs itself."""
        seen: set[str] = set()

        def visit(name: str) -> Iterator[tuple[str, list[str]]]:
            if name in seen or name not in self._schema.nodes:
                return
            seen.add(name)
            needs = list(self._schema.nodes[name].needs.values())
            for need in needs:
                yield from visit(need)
            yield name, needs

        for target in targets:
            yield from visit(target)
