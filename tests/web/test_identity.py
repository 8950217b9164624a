"""A customer whom the host site made known: one conversation on all devices, joined by proof and never by a guess."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
import uuid
from typing import Any

import jwt
import pytest
from sqlalchemy import select, update

from bot.channels.web import identity
from conversations.store import tables as t
from tests.front import Browser, House
from tests.web.conftest import HOST_SECRET


def signed(contact: object, *, secret: str = HOST_SECRET, lasts: float = 86_400, **claims: Any) -> str:
    """What a host site's server puts into its page."""
    given = {"sub": contact, "aud": "frontdesk", "exp": int(time.time() + lasts), **claims}
    return jwt.encode({name: value for name, value in given.items() if value is not None}, secret, algorithm="HS256")


def by_hmac(contact: str, secret: str = HOST_SECRET) -> str:
    return f"{contact}:{hmac.new(secret.encode(), f'id:{contact}'.encode(), hashlib.sha256).hexdigest()}"


async def browser(home: House, token: str | None = None, contact: str | None = None, after: int = 0) -> Browser:
    made = Browser(home.client.server, token, after)  # type: ignore[arg-type] # a TestServer
    made.contact = contact
    home.browsers.append(await made.open())
    return made


def welcome(of: Browser) -> dict[str, Any]:
    return next(frame for frame in of.frames if frame["type"] == "welcome")


async def contact_of(home: House, place: str) -> str | None:
    async with home.front.database.read() as tx:
        found = select(t.conversation.c.contact_id).where(t.conversation.c.id == f"web:{place}")
        return (await tx.execute(found)).scalar_one_or_none()


def place_of(of: Browser) -> str:
    place = identity.verify(of.token, "a-secret-key-for-tests-of-32-characters")
    assert place is not None
    return place


@pytest.mark.parametrize("sign", [signed, by_hmac])
async def test_a_signed_customer_is_in_one_conversation_on_all_devices(home: House, sign: Any) -> None:
    phone, laptop = await browser(home, contact=sign("4711")), await browser(home, contact=sign("4711"))
    await phone.say("from the phone")
    await laptop.until_said("bot", "You said: from the phone")
    assert place_of(phone) == place_of(laptop) == "u/4711"
    assert welcome(phone)["known"] is True


async def test_ids_of_hosts_are_kept_apart_to_the_letter(home: House) -> None:
    ids = ["a/b", "a%2Fb", "A/B", " a/b", "u/a", "ä", "x" * 200]
    places = {place_of(await browser(home, contact=signed(one))) for one in ids}
    assert len(places) == len(ids)
    assert all(place.isascii() and len(place) < 240 for place in places)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (signed("4711", secret="a-secret-of-somebody-else-with-32-letters"), "could not be confirmed"),
        (signed("4711", aud="another-service"), "could not be confirmed"),
        (signed("4711", aud=None), "could not be confirmed"),
        (signed("4711", exp=None), "could not be confirmed"),
        (signed("4711", lasts=-120), "has expired"),
        (jwt.encode({"sub": "4711", "aud": "frontdesk", "exp": 2**40}, "", algorithm="none"), "could not be confirmed"),
        (by_hmac("4711", "another secret"), "could not be confirmed"),
        (by_hmac("4711").replace("4711:", "4712:"), "could not be confirmed"),
        ("4711:", "could not be confirmed"),
        (":" + "0" * 64, "could not be confirmed"),
        ("4711", "could not be confirmed"),
        ("x" * 5000, "could not be confirmed"),
        (signed(""), "could not be read"),
        (signed("x" * 201), "could not be read"),
    ],
    ids=lambda value: "",  # tokens change with the time, and workers must call a test the same
)
async def test_an_id_that_the_host_did_not_sign_is_refused_in_words_and_the_visitor_stays_a_guest(
    home: House, wrong: str, why: str
) -> None:
    customer = await browser(home, contact=signed("4711"))
    await customer.say("the customer's own")
    await customer.until_said("bot", "the customer's own")
    guest = await browser(home, contact=wrong)
    await guest.until(lambda: bool(guest.problems()))
    problem = next(frame for frame in guest.frames if frame["type"] == "problem")
    assert problem["code"] == "not_known" and why in problem["text"]
    assert not identity.is_known(place_of(guest)) and "known" not in welcome(guest)
    await guest.say("hello")
    await guest.until_said("bot", "You said: hello")
    assert "the customer's own" not in str(guest.shown())


async def test_a_visitors_token_is_no_proof_of_a_customer_and_a_hosts_none_of_a_visitor(home: House) -> None:
    guest = await browser(home)
    confused = await browser(home, contact=guest.token)
    assert confused.problems() == ["not_known"] or await confused.until(lambda: bool(confused.problems())) is None
    thief = await browser(home, token=signed("4711"))
    assert not identity.is_known(place_of(thief))


async def test_what_a_guest_said_becomes_the_customers_by_their_own_token(home: House) -> None:
    guest = await browser(home)
    await guest.say("before I signed in")
    await guest.until_said("bot", "before I signed in")
    place = place_of(guest)
    customer = await browser(home, guest.token, signed("4711"), after=2)
    assert place_of(customer) == "u/4711"
    assert welcome(customer)["after"] == 0, "what the page shows is of another conversation"
    await customer.say("and after")
    await customer.until_said("bot", "and after")
    assert customer.shown()[0] == ("contact", "and after"), "conversations stay separate"
    assert await contact_of(home, place) == await contact_of(home, "u/4711") is not None


async def test_a_customer_who_was_here_before_gets_the_guests_conversation_too(home: House) -> None:
    customer = await browser(home, contact=signed("4711"))
    await customer.say("long ago")
    await customer.until_said("bot", "long ago")
    guest = await browser(home)
    await guest.say("as a guest")
    await guest.until_said("bot", "as a guest")
    again = await browser(home, guest.token, signed("4711"))
    await again.until_said("bot", "long ago")
    assert await contact_of(home, place_of(guest)) == await contact_of(home, "u/4711")


async def test_two_customers_of_one_browser_are_never_joined(home: House) -> None:
    guest = await browser(home)
    await guest.say("whose is this?")
    await guest.until_said("bot", "whose is this?")
    for who in ("4711", "4712"):
        customer = await browser(home, guest.token, signed(who))
        await customer.say(f"I am {who}")
        await customer.until_said("bot", f"I am {who}")
    assert await contact_of(home, "u/4711") != await contact_of(home, "u/4712")
    assert await contact_of(home, place_of(guest)) == await contact_of(home, "u/4711")


async def test_a_token_that_somebody_forged_joins_nothing(home: House) -> None:
    guest = await browser(home)
    await guest.say("mine")
    await guest.until_said("bot", "mine")
    forged = identity.sign(place_of(guest), "another-secret-of-at-least-32-characters")
    customer = await browser(home, forged, signed("4711"))
    await customer.say("hello")
    await customer.until_said("bot", "hello")
    assert await contact_of(home, place_of(guest)) != await contact_of(home, "u/4711")


async def test_many_tabs_that_sign_in_at_once_are_one_customer(home: House) -> None:
    guest = await browser(home)
    await guest.say("hello")
    await guest.until_said("bot", "hello")
    tabs = await asyncio.gather(*(browser(home, guest.token, signed("4711")) for _ in range(5)))
    assert {place_of(tab) for tab in tabs} == {"u/4711"}
    async with home.front.database.read() as tx:
        of_web = await tx.execute(select(t.identity.c.contact_id).distinct())
        assert len(of_web.all()) == 1


async def test_a_matter_with_a_person_is_ended_where_it_began(home: House) -> None:
    agent, guest = await home.agent(), await browser(home)
    handoff = await home.handoff(guest)
    customer = await browser(home, guest.token, signed("4711"), after=0)
    assert place_of(customer) == place_of(guest)
    await agent.act(handoff, "claim")
    await agent.reply(handoff, "Here I am")
    await customer.until_said("agent", "Here I am")
    await agent.act(handoff, "resolve", outcome="solved")
    later = await browser(home, customer.token, signed("4711"))
    assert place_of(later) == "u/4711"


async def test_a_page_that_outlives_the_hosts_proof_keeps_its_customer(home: House) -> None:
    customer = await browser(home, contact=signed("4711"))
    back = await browser(home, customer.token, signed("4711", lasts=-120))
    await back.say("still me")
    await back.until_said("bot", "still me")
    assert place_of(back) == "u/4711" and back.problems() == []


async def test_the_name_that_the_host_gave_is_the_contacts(home: House) -> None:
    customer = await browser(home, contact=signed("4711", name="Zoë"))
    await customer.say("hello")
    await customer.until_said("bot", "hello")
    assert home.engine.asked[0].facts["name"] == "Zoë"


async def test_a_rasa_client_may_bring_the_hosts_proof_too(home: House) -> None:
    from tests.web.rasa_widget import RasaWidget

    widget = await RasaWidget(home).open(contact=signed("4711"))
    await widget.say("hello")
    await widget.until_heard("hello")
    assert identity.verify(widget.session_id, home.front.settings.secret_key) == "u/4711"
    await widget.close()


def test_a_secret_that_is_not_set_makes_nobody_known() -> None:
    with pytest.raises(identity.ContactRefused, match="not set up"):
        identity.known_by(signed("4711"), None)
    assert uuid.UUID(hex=identity.new_visitor())


async def test_what_a_guest_told_about_themselves_is_known_when_they_have_signed_in(home: House) -> None:
    guest = await browser(home)
    await guest.say("hello")
    await guest.until_said("bot", "hello")
    async with home.front.database.write() as tx:
        row = update(t.conversation).where(t.conversation.c.id == f"web:{place_of(guest)}")
        await tx.execute(row.values(slots={"email": "zoe@example.org", "requested_slot": "order"}))
    customer = await browser(home, guest.token, signed("4711", name="Zoë"))
    await customer.say("and now?")
    await customer.until_said("bot", "and now?")
    assert home.engine.asked[-1].facts == {"email": "zoe@example.org", "name": "Zoë"}


def test_a_proof_of_an_id_is_never_good_as_a_token() -> None:
    """Who may choose an id must not get a signature of something else by it."""
    import base64

    token = signed("1", lasts=10**6)
    head, _, signature = token.rpartition(".")
    chosen_id, proof = by_hmac(head).rsplit(":", 1)
    made = base64.urlsafe_b64encode(bytes.fromhex(proof)).rstrip(b"=").decode()
    assert identity.known_by(by_hmac(head), HOST_SECRET)
    assert made != signature
    with pytest.raises(identity.ContactRefused):
        identity.known_by(f"{chosen_id}.{made}", HOST_SECRET)
