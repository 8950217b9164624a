"""Shortcuts through a loaded model: the same answers as Rasa's own code, without the work whose result nobody reads.

Each says what it leaves out. A part of a pipeline that a shortcut was not made for keeps Rasa's code, and
``tests/engine/test_engine_lean.py`` compares the two. Training is not touched.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any

import numpy as np
from rasa.core.policies.memoization import MemoizationPolicy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import CountVectorsFeaturizer
from rasa.nlu.featurizers.sparse_featurizer.lexical_syntactic_featurizer import LexicalSyntacticFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix, vstack

from bot.engine.lean_dialogue import PossibleRules, create_states

# Parts of a pipeline that read no features of single words, or make none. With any other these are made as ever.
_WORDS_UNREAD = {
    *("WhitespaceTokenizer", "RegexEntityExtractor", "RegexFeaturizer", "LexicalSyntacticFeaturizer"),
    *("CountVectorsFeaturizer", "LogisticRegressionClassifier", "KeywordIntentClassifier", "EntitySynonymMapper"),
    *("FallbackClassifier", "Mood", "MemoizationPolicy", "RulePolicy"),
}


def lean(processor: MessageProcessor) -> None:
    """Puts the shortcuts into a processor and the components of its model."""
    # Rasa builds an empty domain at each message, to compare it with ours.
    is_empty = processor.domain.is_empty()
    processor.domain.is_empty = lambda: is_empty
    runner = processor.graph_runner
    if type(runner) is not DaskGraphRunner:
        return
    runner.run = _Run(runner)
    components = [node._component for node in runner._instantiated_nodes.values()]
    words_unread = {type(one).__name__ for one in components if hasattr(one, "process") or _is_policy(one)}
    for component in components:
        if type(component) is LogisticRegressionClassifier:
            _lean_classifier(component)
        elif type(component) in (MemoizationPolicy, RulePolicy):
            component.featurizer._create_states = create_states
            if type(component) is RulePolicy:
                component._get_possible_keys = PossibleRules(component)
        elif words_unread <= _WORDS_UNREAD:
            if type(component) is CountVectorsFeaturizer:
                component._create_features = types.MethodType(_sentence_features, component)
            elif type(component) is LexicalSyntacticFeaturizer:
                component.process = lambda messages: messages


def _is_policy(component: Any) -> bool:
    return hasattr(component, "predict_action_probabilities")


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


def _lean_classifier(classifier: LogisticRegressionClassifier) -> None:
    if hasattr(classifier.clf, "coef_"):
        # SciPy copies all of them for each product unless their transpose lies in one piece.
        classifier.clf.coef_ = np.asfortranarray(classifier.clf.coef_)
    theirs = classifier._create_X

    def create(messages: list[Message]) -> csr_matrix:
        rows = [_sentence_row(message) for message in messages]
        if any(row is None for row in rows):
            return theirs(messages)
        return rows[0] if len(rows) == 1 else vstack(rows)

    classifier._create_X = create


def _sentence_row(message: Message) -> csr_matrix | None:
    """The features of the whole text side by side; Rasa joins those of its words, too, and each pair by itself."""
    features = [f for f in message.features if f.attribute == TEXT]
    if not features or any(f.is_dense() for f in features):
        return None
    parts = [f.features.tocoo() for f in features if f.type == FEATURE_TYPE_SENTENCE]
    if not parts or any(part.shape[0] != 1 for part in parts):
        return None
    widths = np.cumsum([0, *(part.shape[1] for part in parts)])
    columns = np.concatenate([part.col + start for part, start in zip(parts, widths, strict=False)])
    values = np.concatenate([part.data for part in parts])
    return csr_matrix((values, columns, np.array([0, len(values)])), shape=(1, int(widths[-1])))


def _sentence_features(
    featurizer: CountVectorsFeaturizer, attribute: str, all_tokens: list[list[str]]
) -> tuple[list[Any], list[Any]]:
    """As the featurizer's own, without the features of each word."""
    found: list[Any] = []
    vectorizer = featurizer.vectorizers.get(attribute)
    for tokens in all_tokens:
        row = None
        if vectorizer and tokens and attribute == TEXT:
            row = vectorizer.transform([" ".join(tokens)])
            row.sort_indices()
            row = row.tocoo()
        found.append(row)
    return [None] * len(found), found
