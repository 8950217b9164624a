"""An intent and its answer are enough: Rasa's importer, with a rule for each intent that no rule or story uses.

``importers: [{name: bot.nlu.faq.FaqImporter}]`` in ``config.yml``. An intent with examples and an answer of its name
(``gift_wrapping``, ``utter_gift_wrapping``) that nothing else uses is then answered by that, and need not stand in the
domain's list either. What counts as used is what ``bot.content`` tells editors.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.rasa import RasaFileImporter

from bot.content.domain import read_domain
from bot.content.examples import read_examples
from bot.content.flows import read_flows
from bot.content.whole import Whole


class FaqImporter(RasaFileImporter):  # type: ignore[misc]
    """Reads files as Rasa does, and adds what follows from an intent and an answer of its name."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: Sequence[str] | str | None = None,
    ) -> None:
        super().__init__(config_file, domain_path, training_data_paths)
        paths = [training_data_paths] if isinstance(training_data_paths, str) else training_data_paths or ()
        self._answers = _answers([Path(path) for path in paths], Path(domain_path)) if domain_path else {}

    def get_domain(self) -> Domain:
        """The domain, with the intents that are answered by themselves."""
        domain = super().get_domain()
        unlisted = sorted(self._answers.keys() - set(domain.intents))
        return domain.merge(Domain.from_dict({"intents": unlisted})) if unlisted else domain

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """Rules and stories, and a rule for each intent that is answered by itself."""
        graph = super().get_stories(exclusion_percentage)
        rules = [_rule(intent, answer) for intent, answer in sorted(self._answers.items())]
        if not rules:
            return graph
        made = YAMLStoryReader(self.get_domain(), None).read_from_parsed_yaml({"rules": rules})
        return graph.merge(StoryGraph(made))


def _answers(paths: Sequence[Path], domain: Path) -> dict[str, str]:
    """Intents that are answered by themselves, with their answers."""
    here = Path()
    whole = Whole(read_examples(paths, here), read_domain(domain, here), read_flows(paths, here), date.min)
    return {intent: answer.name for intent, answer in whole.faqs.items()}


def _rule(intent: str, answer: str) -> dict[str, Any]:
    return {"rule": f"answer to {intent}", "steps": [{"intent": intent}, {"action": answer}]}
