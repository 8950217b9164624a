"""Parts of lists: where one ends the next begins."""

from __future__ import annotations

import pytest

from escalation.service.paging import NoSuchPage, Page, split


def test_a_part_says_where_the_next_begins_only_when_there_is_more() -> None:
    more = Page.of([1, 2, 3], 2, lambda n: (0.1 + n, f"web:a~{n}"))
    assert more.items == [1, 2]
    assert more.next == "2.1~web:a~2"
    assert split(more.next, float, str) == (2.1, "web:a~2")
    assert Page.of([1, 2], 2, lambda n: (n,)).next is None


@pytest.mark.parametrize("after", ["", "x", "x~y", "1.0~a\0", "1~2~3~4~5~99999999999999999999"])
def test_what_no_part_gave_is_refused(after: str) -> None:
    with pytest.raises(NoSuchPage):
        split(after, float, int)
