"""Versions of the content: whoever edits where, nothing is overwritten and nothing is lost."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from bot.content import folder, versions
from bot.content.folder import ContentRefused
from bot.content.saving import Content
from bot.content.versions import IN_THE_FOLDER, Conflict
from conversations.store.database import Database

NLU = "data/nlu.yml"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    place = tmp_path / "project"
    folder.write(place, {"config.yml": b"recipe: x\n", "domain.yml": b"intents: []\n", NLU: b"nlu: []\n"}, {})
    return place


@pytest.fixture
def content(database: Database, project: Path, tmp_path: Path) -> Content:
    return Content(database, project, tmp_path / "lock")


async def test_each_save_is_a_version_with_who_and_why_and_every_file_as_it_was(content: Content) -> None:
    first, _ = await content.look()
    second = await content.save({NLU: b"nlu: []\n"}, {NLU: b"nlu: [1]\n"}, "Edna", "an example")
    assert (second.by, second.note) == ("Edna", "an example")
    async with content.database.read() as tx:
        assert (await versions.content_of(tx, first))[NLU] == b"nlu: []\n"
        assert (await versions.content_of(tx, second))[NLU] == b"nlu: [1]\n"
        assert [version.id for version in await versions.latest(tx)] == [second.id, first.id]
    assert (content.project / NLU).read_bytes() == b"nlu: [1]\n"


async def test_nothing_changed_is_no_new_version(content: Content) -> None:
    first, _ = await content.look()
    again, _ = await content.look()
    assert again.id == first.id


async def test_who_edits_the_folder_and_who_edits_the_page_never_overwrite_each_other(content: Content) -> None:
    await content.look()
    (content.project / NLU).write_bytes(b"nlu: [by hand]\n")
    with pytest.raises(Conflict) as clash:
        await content.save({NLU: b"nlu: []\n"}, {NLU: b"nlu: [by page]\n"}, "Edna", "")
    [found] = clash.value.clashes
    assert (found.seen, found.theirs, found.wanted) == (b"nlu: []\n", b"nlu: [by hand]\n", b"nlu: [by page]\n")
    assert clash.value.by == IN_THE_FOLDER
    assert (content.project / NLU).read_bytes() == b"nlu: [by hand]\n"
    merged = await content.save({NLU: found.theirs}, {NLU: b"nlu: [both]\n"}, "Edna", "merged")
    async with content.database.read() as tx:
        assert [(v.by, v.note) for v in await versions.latest(tx)] == [
            ("Edna", "merged"),
            (IN_THE_FOLDER, "changed in the folder"),
            (IN_THE_FOLDER, "as found"),
        ]
        assert (await versions.content_of(tx, merged))[NLU] == b"nlu: [both]\n"


async def test_of_two_editors_of_one_file_at_once_one_wins_and_the_other_is_shown_it(content: Content) -> None:
    await content.look()
    saves = [content.save({NLU: b"nlu: []\n"}, {NLU: f"nlu: [{n}]\n".encode()}, f"E{n}", "") for n in range(2)]
    done = await asyncio.gather(*saves, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "Version"]


async def test_editors_of_two_files_do_not_hinder_each_other(content: Content) -> None:
    await content.look()
    await content.save({NLU: b"nlu: []\n"}, {NLU: b"nlu: [1]\n"}, "Edna", "")
    after = await content.save({"domain.yml": b"intents: []\n"}, {"domain.yml": b"intents: [x]\n"}, "Eve", "")
    async with content.database.read() as tx:
        assert (await versions.content_of(tx, after))[NLU] == b"nlu: [1]\n"


async def test_a_file_is_added_and_taken_out_and_comes_back_with_a_former_version(content: Content) -> None:
    await content.look()
    added = await content.save({}, {"data/new/gift.yml": b"nlu: []\n"}, "Edna", "")
    await content.save({"data/new/gift.yml": b"nlu: []\n"}, {"data/new/gift.yml": None}, "Edna", "")
    assert not (content.project / "data/new/gift.yml").exists()
    await content.restore(added, "Edna", "back")
    assert (content.project / "data/new/gift.yml").read_bytes() == b"nlu: []\n"


@pytest.mark.parametrize(
    "path", ["../x.yml", "/etc/x.yml", "data/../../x.yml", "data/x.py", "frontdesk.yml", "data\\x.yml", "data//x.yml"]
)
async def test_nothing_is_written_outside_of_the_content(content: Content, path: str) -> None:
    await content.look()
    with pytest.raises(ContentRefused, match="no place for content"):
        await content.save({}, {path: b"x"}, "Eve", "")


async def test_a_huge_file_is_refused_with_a_sentence_and_nothing_changed(content: Content) -> None:
    (content.project / NLU).write_bytes(b"#" * (folder.MOST + 1))
    with pytest.raises(ContentRefused, match=r"data/nlu\.yml has 5 MB"):
        await content.look()


async def test_where_the_record_is_the_truth_a_folder_that_is_behind_is_brought_up_to_date(
    content: Content, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    _, files = await content.look()
    folder.write(other, files, {})
    newer = await content.save({NLU: b"nlu: []\n"}, {NLU: b"nlu: [1]\n"}, "Edna", "")
    elsewhere = Content(content.database, other, tmp_path / "lock2", is_export=True)
    assert (await elsewhere.look())[0].id == newer.id
    assert (other / NLU).read_bytes() == b"nlu: [1]\n"


async def test_with_git_each_version_is_a_commit_of_its_files_and_of_nothing_else(
    database: Database, project: Path, tmp_path: Path
) -> None:
    def git(*arguments: str) -> str:
        done = subprocess.run(["git", "-C", str(project), *arguments], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "-q")
    git("-c", "user.name=x", "-c", "user.email=x@y", "commit", "-q", "--allow-empty", "-m", "begin")
    (project / "own.txt").write_text("not ours")
    git("add", "own.txt")
    content = Content(database, project, tmp_path / "lock", commits=True)
    await content.look()
    await content.save({NLU: b"nlu: []\n"}, {NLU: b"nlu: [1]\n"}, "Edna <e>", "gift wrapping")
    assert git("log", "-1", "--format=%an|%s") == "Edna e|gift wrapping"
    assert git("show", "--name-only", "--format=") == NLU
    assert "A  own.txt" in git("status", "--porcelain")
