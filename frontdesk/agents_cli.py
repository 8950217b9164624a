"""``frontdesk agents``: who works here, for which teams, with what skills, and whether they are there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from conversations.languages import NAMES, codes_in, name_of
from conversations.staff import Availability, Role
from frontdesk.terminal import console, fail, loaded, on_roster

agents = typer.Typer(no_args_is_help=True, help="The roster: who works here.")
# https://docs.slack.dev/reference/objects/user-object
_MEMBER = re.compile(r"[UW][A-Z0-9]{2,}")
_SEE = "See: frontdesk agents list"

Teams = Annotated[list[str] | None, typer.Option("--team", help="A team they serve, their own first; may be repeated.")]
Skills = Annotated[list[str] | None, typer.Option("--skill", help="A skill they have; may be repeated.")]
Languages = Annotated[
    list[str] | None,
    typer.Option("--language", "--languages", help="The languages they write, such as en,de (ISO 639-1)."),
]
Capacity = Annotated[int | None, typer.Option(help="How many handoffs they are offered at once; else 4.")]
Name = Annotated[str, typer.Argument(help="As contacts see it.")]


@agents.command("add")
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.AGENT,
    team: Teams = None,
    slack: Annotated[str | None, typer.Option(help="Their Slack member id (U…).")] = None,
    languages: Languages = None,
    skill: Skills = None,
    capacity: Capacity = None,
) -> None:
    """Put a person on the roster and print their token, once."""
    from frontdesk import roster

    _member(slack)
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80:
        fail("A name has 1 to 80 characters.")
    here = loaded()
    changes = _changes(team or [roster.first_team(here)], skill, languages, capacity)
    _refuse(roster.problems(here, changes))
    token = on_roster(roster.add(here, name, role, slack, **changes))
    if token is None:
        fail(f"{name} (or that Slack id) is on the roster already. {_SEE}")
    console.print(f"{name} is on the roster as {role} of {', '.join(changes['teams'])}.", markup=False)
    console.print("Their token, shown only now:")
    print(token)


@agents.command("change")
def change(
    name: Name,
    role: Annotated[Role | None, typer.Option(help="What they may do.")] = None,
    team: Teams = None,
    languages: Languages = None,
    skill: Skills = None,
    capacity: Capacity = None,
    shift: Annotated[
        list[str] | None,
        typer.Option(help="Hours of their own, such as monday=09:00-13:00; may be repeated. `team`: their team's."),
    ] = None,
) -> None:
    """Change what is named; the rest stays. An empty one (--skill "") forgets them."""
    from frontdesk import roster

    here, changes = loaded(), _changes(team, skill, languages, capacity)
    changes |= ({"role": role} if role else {}) | ({"shifts": _shifts(shift)} if shift else {})
    if not changes:
        fail("Nothing to change is named. See: frontdesk agents change --help")
    _refuse(roster.problems(here, changes))
    _known(name, on_roster(roster.change(here, name, **changes)))
    console.print(f"{name} is changed: {', '.join(changes)}.", markup=False)


@agents.command("availability")
def availability(
    name: Name,
    state: Annotated[Availability, typer.Argument(help="here; busy: offered nothing new; away: not here at all.")],
    back_in: Annotated[float | None, typer.Option(min=0.1, help="Here again after so many minutes.")] = None,
) -> None:
    """Say whether a person on the roster is there."""
    from frontdesk import roster

    _known(name, on_roster(roster.set_availability(loaded(), name, state, back_in)))
    console.print(f"{name} is {state}.", markup=False)


@agents.command("list")
def show() -> None:
    """Show the roster: name, role, teams, Slack id, languages, skills, capacity, availability; tabs between them."""
    from frontdesk import roster

    people = on_roster(roster.everyone(loaded()))
    for one in people:
        lists = [",".join(values) or "-" for values in (one.languages, one.skills)]
        who = one.name, one.role, ",".join(one.teams), one.slack_id or "-"
        print(*who, *lists, one.capacity, one.availability, sep="\t")
    if not people:
        console.print("Nobody is on the roster yet. Add somebody: frontdesk agents add NAME")


@agents.command("link")
def link(
    name: Name,
    slack: Annotated[str, typer.Option(help="Their Slack member id (U…); an empty one unlinks them.")],
) -> None:
    """Say who a person on the roster is in Slack, so that they may act there."""
    from frontdesk import roster

    _member(slack)
    linked = on_roster(roster.link(loaded(), name, slack or None))
    if linked is None:
        fail(f"Somebody else on the roster is {slack}. {_SEE}")
    _known(name, linked)
    console.print(f"{name} may act in Slack as {slack}." if slack else f"{name} is not in Slack.", markup=False)


@agents.command("languages")
def set_languages(
    name: Name,
    languages: Annotated[str, typer.Argument(help="Such as en,de (ISO 639-1); an empty one forgets them.")],
) -> None:
    """Say which languages a person on the roster writes, so that contacts hear of it."""
    from frontdesk import roster

    codes = _codes([languages])
    _known(name, on_roster(roster.change(loaded(), name, languages=codes)))
    written = ", ".join(map(name_of, codes))
    console.print(f"{name} writes {written}." if codes else f"{name}'s languages are not known.", markup=False)


@agents.command("remove")
def remove(name: Name) -> None:
    """Take a person off the roster: their token stops working at once."""
    from frontdesk import roster

    _known(name, on_roster(roster.remove(loaded(), name)))
    console.print(f"{name} is off the roster. What they hold goes back to the queue.", markup=False)


def _changes(
    teams: Sequence[str] | None, skills: Sequence[str] | None, languages: Sequence[str] | None, capacity: int | None
) -> dict[str, Any]:
    given = {
        "teams": _listed(teams),
        "skills": _listed(skills),
        "languages": None if languages is None else _codes(languages),
        "capacity": capacity,
    }
    return {name: value for name, value in given.items() if value is not None}


def _listed(given: Sequence[str] | None) -> list[str] | None:
    return None if given is None else list(dict.fromkeys(one.strip() for one in given if one.strip()))


def _codes(given: Sequence[str]) -> list[str]:
    try:
        return list(codes_in(",".join(filter(None, given))))
    except ValueError as unknown:
        fail(f"{str(unknown)!r} is no language known here. Known are: {', '.join(NAMES)}")


def _shifts(given: Sequence[str]) -> dict[str, list[str]] | None:
    if list(given) == ["team"]:
        return None
    shifts: dict[str, list[str]] = {}
    for one in filter(None, given):
        day, _, span = one.partition("=")
        shifts.setdefault(day.strip().lower(), []).append(span.strip())
    return shifts


def _member(slack: str | None) -> None:
    if slack and not _MEMBER.fullmatch(slack):
        fail(f"{slack!r} is no member id. In Slack: the person's profile, ⋮, Copy member ID.")


def _refuse(problems: Sequence[str]) -> None:
    if problems:
        fail("\n".join(problems))


def _known(name: str, found: bool) -> None:
    if not found:
        fail(f"Nobody called {name} is on the roster. {_SEE}")
