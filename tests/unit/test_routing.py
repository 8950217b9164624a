"""Offers go to who fits best, in the order of the queue, and to nobody beyond their capacity."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.domain.routing import Hand, Need, Offer, best, fits, plan

NEED = Need("h1", "support", 1, 100.0)
ANA = Hand("ana", frozenset({"support"}), 2)
BEN = replace(ANA, agent_id="ben")

TEAMS, SKILLS, LANGUAGES, AGENTS = ("support", "care"), ("refunds", "tech"), ("de", "fr"), ("ana", "ben", "cy", "dee")


def sets(values: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values))


NEEDS = st.lists(
    st.builds(
        Need,
        st.integers(0, 99).map(str),
        st.sampled_from(TEAMS),
        st.integers(0, 3),
        st.integers(0, 5).map(float),
        st.none() | st.sampled_from(LANGUAGES),
        sets(SKILLS),
        st.none() | st.sampled_from(AGENTS),
        sets(AGENTS),
    ),
    max_size=14,
    unique_by=lambda need: need.handoff_id,
)
HANDS = st.lists(
    st.builds(
        Hand,
        st.sampled_from(AGENTS),
        sets(TEAMS),
        st.integers(0, 4),
        st.integers(0, 5),
        st.integers(0, 5).map(float),
        sets(SKILLS),
        sets(LANGUAGES),
    ),
    max_size=4,
    unique_by=lambda hand: hand.agent_id,
)


def test_who_fits_in_everything_is_offered_the_handoff() -> None:
    need = replace(NEED, language="de", skills=frozenset({"refunds"}))
    able = replace(ANA, skills=frozenset({"refunds", "tech"}), languages=frozenset({"de"}))
    assert plan([need], [able]) == [Offer("h1", "ana")]


@pytest.mark.parametrize(
    ("need", "hand"),
    [
        (NEED, replace(ANA, teams=frozenset({"care"}))),
        (NEED, replace(ANA, held=2)),
        (NEED, replace(ANA, capacity=0)),
        (replace(NEED, skills=frozenset({"refunds", "tech"})), replace(ANA, skills=frozenset({"tech"}))),
        (replace(NEED, language="de"), replace(ANA, languages=frozenset({"fr"}))),
        (replace(NEED, declined=frozenset({"ana"})), ANA),
    ],
    ids="another_team no_free_hand takes_none a_skill_short another_language declined".split(),
)
def test_who_does_not_fit_is_not_offered_it(need: Need, hand: Hand) -> None:
    assert not fits(need, hand)
    assert best(need, [hand]) is None
    assert plan([need], [hand]) == []


def test_who_knew_the_contact_last_comes_first_however_busy() -> None:
    assert best(replace(NEED, knew="ben"), [ANA, replace(BEN, held=1)]) == "ben"
    assert best(replace(NEED, knew="ben"), [ANA, replace(BEN, held=2)]) == "ana"


def test_then_who_has_the_smallest_part_of_their_capacity_in_use() -> None:
    assert best(NEED, [replace(ANA, held=1), replace(BEN, held=1, capacity=4)]) == "ben"


def test_then_who_took_one_longest_ago_and_then_by_id() -> None:
    assert best(NEED, [replace(ANA, idle_since=20.0), replace(BEN, idle_since=10.0)]) == "ben"
    assert best(NEED, [BEN, ANA]) == "ana"


def test_the_queue_is_served_by_priority_then_age() -> None:
    urgent, old, young = (
        Need(name, "support", priority, since)
        for name, priority, since in [("u", 9, 3.0), ("o", 1, 1.0), ("y", 1, 2.0)]
    )
    assert plan([young, old, urgent], [ANA]) == [Offer("u", "ana"), Offer("o", "ana")]


@pytest.mark.parametrize(
    "unfit",
    [
        replace(NEED, team="care"),
        replace(NEED, skills=frozenset({"tech"})),
        replace(NEED, language="de"),
        replace(NEED, declined=frozenset({"ana"})),
    ],
    ids="team skills language declined".split(),
)
def test_one_who_fits_nobody_is_only_passed_by(unfit: Need) -> None:
    assert plan([unfit, replace(NEED, handoff_id="h2", waiting_since=200.0)], [ANA]) == [Offer("h2", "ana")]


@given(NEEDS, HANDS)
def test_nobody_is_offered_more_than_they_have_hands_for(needs: list[Need], hands: list[Hand]) -> None:
    offers = plan(needs, hands)
    assert len({offer.handoff_id for offer in offers}) == len(offers)
    for hand in hands:
        count = sum(offer.agent_id == hand.agent_id for offer in offers)
        assert count == 0 or hand.held + count <= hand.capacity


@settings(max_examples=300)
@given(NEEDS, HANDS)
def test_no_fitting_older_need_is_passed_over(needs: list[Need], hands: list[Hand]) -> None:
    offered = {offer.handoff_id: offer.agent_id for offer in plan(needs, hands)}
    by_id = {hand.agent_id: replace(hand, held=0, capacity=1) for hand in hands}
    for older in needs:
        if older.handoff_id in offered:
            continue
        for younger in needs:
            behind = (younger.priority, -younger.waiting_since) < (older.priority, -older.waiting_since)
            if behind and younger.handoff_id in offered:
                assert not fits(older, by_id[offered[younger.handoff_id]])


@given(NEEDS, HANDS)
def test_no_free_hand_is_left_while_somebody_waits_whom_it_fits(needs: list[Need], hands: list[Hand]) -> None:
    offers = plan(needs, hands)
    taken = {offer.handoff_id for offer in offers}
    for hand in hands:
        now = replace(hand, held=hand.held + sum(offer.agent_id == hand.agent_id for offer in offers))
        assert not any(fits(need, now) for need in needs if need.handoff_id not in taken)


@given(NEEDS, HANDS)
def test_each_offer_goes_to_somebody_who_fits(needs: list[Need], hands: list[Hand]) -> None:
    need_of, hand_of = {need.handoff_id: need for need in needs}, {hand.agent_id: hand for hand in hands}
    assert all(fits(need_of[offer.handoff_id], hand_of[offer.agent_id]) for offer in plan(needs, hands))


@given(NEEDS, HANDS)
def test_who_fits_nobody_holds_up_nobody(needs: list[Need], hands: list[Hand]) -> None:
    servable = [need for need in needs if any(fits(need, hand) for hand in hands)]
    assert plan(servable, hands) == plan(needs, hands)


@given(NEEDS, HANDS, st.randoms(use_true_random=False))
def test_the_order_in_which_they_are_given_changes_nothing(needs: list[Need], hands: list[Hand], order: object) -> None:
    planned = plan(needs, hands)
    order.shuffle(needs)  # type: ignore[attr-defined]
    order.shuffle(hands)  # type: ignore[attr-defined]
    assert plan(needs, hands) == planned
