"""A gesture is granted within the limit of a role, for all that one contact was granted lately."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conversations.staff import Role
from escalation.domain.goodwill import refusal

AT, DAY = 1_795_000_000.0, 86_400
LIMITS = {Role.AGENT: 1_000, Role.LEAD: 5_000, Role.ADMIN: 20_000}


def may(pence: int, role: Role = Role.AGENT, *granted: tuple[float, int]) -> str | None:
    """``granted`` in days ago and pence."""
    return refusal(pence, role, [(AT - days * DAY, amount) for days, amount in granted], LIMITS, 90, AT)


def test_within_the_limit_it_is_granted() -> None:
    assert may(1) is None
    assert may(1_000) is None
    assert may(5_000, Role.LEAD) is None


def test_above_the_limit_somebody_is_named_who_may() -> None:
    assert may(1_001) == "10.01 GBP is too much: an agent may grant 10.00 GBP to one contact in 90 days. Ask a lead."
    assert (may(5_001) or "").endswith("Ask an admin.")
    assert (may(20_001) or "").endswith("Nobody's limit allows it.")


def test_what_the_contact_was_granted_lately_counts_whoever_granted_it() -> None:
    assert may(400, Role.AGENT, (1, 600)) is None
    refused = may(401, Role.AGENT, (1, 500), (89, 100))
    assert refused is not None
    assert "; 4.00 GBP of it is left, with what was granted lately. Ask a lead." in refused
    assert "0.00 GBP of it is left" in (may(1, Role.AGENT, (1, 4_000)) or "")


def test_what_was_granted_long_ago_does_not_count() -> None:
    assert may(1_000, Role.AGENT, (90, 1_000), (400, 9_000)) is None


def test_a_role_without_a_limit_grants_nothing() -> None:
    assert may(1, Role.EDITOR) == "The settings let an editor grant nothing. Ask an agent."


def test_a_gesture_is_worth_something() -> None:
    for pence in (0, -500):
        assert "above 0" in (may(pence) or "")


@given(st.integers(1, 30_000), st.lists(st.tuples(st.floats(0, 200), st.integers(1, 9_000)), max_size=5))
def test_nobody_s_limit_is_ever_passed_and_a_higher_role_may_as_much(
    pence: int, granted: list[tuple[float, int]]
) -> None:
    within = sum(amount for days, amount in granted if AT - days * DAY > AT - 90 * DAY)
    allowed = [may(pence, role, *granted) is None for role in (Role.AGENT, Role.LEAD, Role.ADMIN)]
    assert allowed == [within + pence <= LIMITS[role] for role in (Role.AGENT, Role.LEAD, Role.ADMIN)]
    assert allowed == sorted(allowed)
