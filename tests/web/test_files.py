"""Files both ways: what they are is told by their bytes, and nobody else is given them."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest

from bot.channels.web import identity
from conversations import files
from conversations.model import Attachment, Outbound, Sender
from conversations.store import conversations
from tests.front import Browser, House
from tests.web.conftest import HOST_SITE

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000000000200015ce2d5000000000049454e44ae426082"
)
PDF = b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF"


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("a", "b")
    return made.getvalue()


async def upload(
    home: House, token: str | None, content: Any, name: str = "a.png", **headers: str
) -> tuple[int, dict[str, Any]]:
    given = {"X-File-Name": quote(name, safe=""), **({"Authorization": f"Bearer {token}"} if token else {}), **headers}
    async with home.client.post("/files", data=content, headers=given) as answer:
        return answer.status, await answer.json()


async def sent(home: House, browser: Browser, content: bytes, name: str = "a.png", text: str = "") -> dict[str, Any]:
    """Uploads a file and sends it; the file as the chat shows it."""
    status, kept = await upload(home, browser.token, content, name)
    assert status == 200, kept
    key = str(uuid.uuid4())
    await browser.send(type="say", id=key, text=text, files=[kept["file"]])
    await browser.until(lambda: any(m.get("id") == key for m in browser.messages.values()))
    shown: dict[str, Any] = next(m for m in browser.messages.values() if m.get("id") == key)["files"][0]
    return shown


async def test_a_file_is_uploaded_sent_and_shown_in_every_tab_with_its_content(home: House) -> None:
    browser = await home.browser()
    other = await home.browser(browser.token)
    shown = await sent(home, browser, PNG, "broken lamp.PNG", "look at this")
    assert shown == {"id": shown["id"], "name": "broken lamp.png", "media_type": "image/png", "size": len(PNG)}
    await other.until(lambda: any(m.get("files") == [shown] for m in other.messages.values()))
    headers = {"Authorization": f"Bearer {browser.token}"}
    async with home.client.get(f"/files/{shown['id']}", headers=headers) as answer:
        assert answer.status == 200
        assert await answer.read() == PNG
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Content-Disposition"].startswith("inline")


async def test_a_file_without_a_word_is_a_message_that_gets_an_answer(home: House) -> None:
    browser = await home.browser()
    await sent(home, browser, PDF, "invoice.pdf")
    await browser.until(lambda: any(sender != "contact" for sender, _ in browser.shown()))


async def test_what_is_no_picture_is_never_shown_in_place(home: House) -> None:
    browser = await home.browser()
    for content, name in ((PDF, "a.pdf"), (b"<html><script>1</script>", "a.html"), (b"<svg onload=1/>", "a.svg")):
        shown = await sent(home, browser, content, name)
        headers = {"Authorization": f"Bearer {browser.token}"}
        async with home.client.get(f"/files/{shown['id']}", headers=headers) as answer:
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert answer.headers["Content-Type"] == "application/octet-stream"
        assert shown["name"] in {"a.pdf", "a.txt"}


@pytest.mark.parametrize(
    ("content", "name", "status", "words"),
    [
        (b"x" * 400_000, "a.txt", 413, "larger than 0.3 MB"),
        (b"", "a.txt", 400, "empty"),
        (archive(), "a.png", 415, "kind of file"),
        (b"MZ\x90\x00" + b"\x00" * 200, "holiday.jpg", 415, "kind of file"),
        (b"\x7fELF" + b"\x01" * 200, "a.png", 415, "kind of file"),
        (b"text with a \x00 in it", "a.txt", 415, "kind of file"),
        (b"\xff\xfe\xfd no text", "a.txt", 415, "kind of file"),
    ],
    ids="large empty archive program other_program binary no_text".split(),
)
async def test_a_file_that_is_too_large_or_of_another_kind_is_refused_in_words(
    home: House, content: bytes, name: str, status: int, words: str
) -> None:
    browser = await home.browser()
    got, answer = await upload(home, browser.token, content, name, **{"Content-Type": "image/png"})
    assert got == status and words in answer["error"]


async def test_a_file_that_hides_its_length_is_cut_off_at_the_limit_and_not_kept(home: House) -> None:
    browser = await home.browser()

    async def long() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"many words " * 1000

    status, answer = await upload(home, browser.token, long(), "a.txt")
    assert status == 413 and "larger" in answer["error"]
    folder = home.front.settings.data / "files"
    assert not folder.is_dir() or list(folder.iterdir()) == []


async def test_nobody_uploads_without_a_token_and_none_goes_in_an_address(home: House) -> None:
    browser = await home.browser()
    forged = identity.sign("0" * 32, "another-secret-of-at-least-32-characters")
    for token in (None, forged, "x", f"{browser.token}x"):
        status, answer = await upload(home, token, PNG)
        assert status == 401 and "Load the page again" in answer["error"]
    async with home.client.post(f"/files?token={browser.token}", data=PNG) as answer:
        assert answer.status == 401


async def test_a_file_is_given_to_its_own_visitor_only(home: House) -> None:
    victim, thief = await home.browser(), await home.browser()
    shown = await sent(home, victim, PNG)
    await sent(home, thief, PNG)
    for token, status in ((thief.token, 404), (None, 401), (victim.token, 200)):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with home.client.get(f"/files/{shown['id']}", headers=headers) as answer:
            assert answer.status == status
    async with home.client.get(f"/files/{'0' * 32}", headers={"Authorization": f"Bearer {thief.token}"}) as answer:
        assert answer.status == 404


async def test_a_handle_is_good_for_its_own_visitor_once_and_for_a_resent_message(home: House) -> None:
    browser, thief = await home.browser(), await home.browser()
    _, kept = await upload(home, browser.token, PNG)
    await thief.send(type="say", id=str(uuid.uuid4()), text="mine?", files=[kept["file"]])
    await thief.until(lambda: thief.problems() == ["bad_file"])
    key = str(uuid.uuid4())
    for _ in range(2):
        await browser.send(type="say", id=key, text="", files=[kept["file"]])
    await browser.until(lambda: [f["number"] for f in browser.frames if f["type"] == "accepted"] == [1, 1])
    await browser.send(type="say", id=str(uuid.uuid4()), text="again", files=[kept["file"]])
    await browser.until(lambda: browser.problems() == ["bad_file"])
    await browser.send(type="say", id=str(uuid.uuid4()), text="", files=["x", kept["file"], *["y"] * 9])
    await browser.until(lambda: browser.problems() == ["bad_file", "too_many_files"])


async def test_the_file_of_a_deleted_message_is_not_shown(home: House) -> None:
    browser = await home.browser()
    await sent(home, browser, PNG)
    of = next(m["id"] for m in browser.messages.values() if m.get("files"))
    await browser.send(type="delete", id=str(uuid.uuid4()), of=of)
    await browser.until(lambda: any(m.get("deleted") for m in browser.messages.values()))
    assert not any(m.get("files") for m in browser.messages.values())


async def test_what_an_agent_sends_is_shown_and_given(home: House) -> None:
    browser = await home.browser()
    await browser.say("hello")
    await browser.until_said("bot", "hello")
    place = identity.verify(browser.token, home.front.settings.secret_key)

    async def content() -> AsyncIterator[bytes]:
        yield PDF

    file_id, size = await home.front.blobs.put(content(), 10_000)
    file = Attachment(file_id, "return label.pdf", "application/pdf", size)
    async with home.front.database.write() as tx:
        said = Outbound(Sender.AGENT, "Here is your label", name="Ana", attachments=(file,))
        await conversations.say(tx, f"web:{place}", 1, [said])
    await browser.until_said("agent", "label")
    shown = next(m for m in browser.messages.values() if m["sender"] == "agent")["files"][0]
    async with home.client.get(f"/files/{shown['id']}", headers={"Authorization": f"Bearer {browser.token}"}) as answer:
        assert await answer.read() == PDF
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''return%20label.pdf"


async def test_another_site_may_use_files_only_when_it_is_listed(home: House) -> None:
    browser = await home.browser()
    for origin, status in ((HOST_SITE, 204), ("https://evil.example", 403)):
        async with home.client.options("/files", headers={"Origin": origin}) as answer:
            assert answer.status == status
            assert answer.headers.get("Access-Control-Allow-Origin") == (origin if status == 204 else None)
    headers = {"Authorization": f"Bearer {browser.token}", "Origin": "https://evil.example"}
    async with home.client.post("/files", data=PNG, headers=headers) as answer:
        assert answer.status == 403


# THREATS, row 17


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("../../etc/passwd", "_.._etc_passwd.txt"),
        ("..\\..\\boot.ini", "_.._boot.txt"),
        ("a\r\nSet-Cookie: x=1.txt", "a_Set-Cookie_ x=1.txt"),
        ('a"; filename=evil.exe', "a_; filename=evil.txt"),
        ("photo\u202egnp.exe", "photo_gnp.txt"),
        ("", "file.txt"),
        ("...", "file.txt"),
        (".htaccess", "htaccess.txt"),
        ("x" * 500, "x" * 96 + ".txt"),
        ("Rechnung für März.txt", "Rechnung für März.txt"),
        ("con\x00.txt", "con_.txt"),
        ("\ud800.txt", "_.txt"),
    ],
)
def test_names_of_files_are_made_harmless(given: str, made: str) -> None:
    assert files.own_name(given, "text/plain") == made


def test_a_files_kind_is_told_by_its_bytes() -> None:
    assert files.media_type(PNG) == "image/png"
    assert files.media_type(PDF) == "application/pdf"
    assert files.media_type(b"order,price\n1,2") == "text/plain"
    cut = ("ä" * 8192).encode()[1 : files.HEAD + 1]
    assert files.media_type("ä".encode() * 5000) == "text/plain"
    assert files.media_type(("x" + "ä" * 5000).encode()[: files.HEAD]) == "text/plain"
    assert files.media_type(cut) is None
    assert files.media_type(b"\x00\x01") is None
