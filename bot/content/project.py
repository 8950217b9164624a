"""All that can be told about a project's content without reading its sentences for their meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from bot.content import responses, steps
from bot.content.check import Content, check_training
from bot.content.domain import read_domain
from bot.content.examples import read_examples
from bot.content.flows import read_flows
from bot.content.problems import Problem, in_order
from bot.content.whole import Whole, names_in_code

_IMPORTER = "bot.nlu.faq.FaqImporter"

OF_THE_WHOLE: tuple[Callable[[Whole], Iterable[Problem]], ...] = (
    responses.missing,
    responses.unused,
    responses.run_out,
    responses.unknown_variables,
    responses.unknown_conditions,
    responses.never_said,
    steps.unanswered,
    steps.unlisted,
    steps.unread,
    steps.contradictions,
)


def domain_of(project: Path) -> Path:
    """The domain of a project, a file or a folder."""
    file = project / "domain.yml"
    return file if file.exists() else project / "domain"


def read_project(project: Path, today: date | None = None) -> Whole:
    """The content of a project, which has ``data/`` and ``domain.yml`` or ``domain/``; ``today`` is the day in UTC."""
    data = [project / "data"]
    return Whole(
        read_examples(data, project),
        read_domain(domain_of(project), project),
        read_flows(data, project),
        today or datetime.now(UTC).date(),
        names_in_code(project),
        _IMPORTER in _text(project / "config.yml"),
    )


def _text(file: Path) -> str:
    return file.read_text("utf-8", "replace") if file.is_file() else ""


def check_whole(whole: Whole) -> list[Problem]:
    """Every problem of the content, as far as it can be told from how it is written."""
    content = Content(whole.data, whole.domain)
    found = [*check_training(content), *whole.flows.problems]
    if whole.data.complete and not whole.domain.problems and not _is_unread(whole):
        found += [problem for check in OF_THE_WHOLE for problem in check(whole)]
    return in_order(found)


def _is_unread(whole: Whole) -> bool:
    """Whether a file of rules or stories could not be read: it may hold what seems to be missing."""
    return any(problem.severity == "error" for problem in whole.flows.problems)
