"""How a terminal shows what a search found."""

from datetime import UTC, datetime

import pytest

from memchat.cli.hits import print_hits
from memchat.core.context import ItemKind, ItemSource, RecalledItem
from memchat.core.searching import SearchHit, SearchPage, Snippet

AT = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


def hit(text: str, kind: ItemKind = "message", *, session: str | None = "s1", space: str = "") -> SearchHit:
    source = ItemSource(session_id=session, session_title="Kyoto", message_id="m1", role="user", at=AT)
    item = RecalledItem(id="m1", kind=kind, text=text, score=0.8, parts={"words": 0.8}, tokens=3, source=source)
    return SearchHit(item=item, text=text, marks=((0, 3),), snippet=Snippet(text, ((0, 3),)), space=space)


def shown(capsys: pytest.CaptureFixture[str], page: SearchPage, offset: int = 0) -> str:
    print_hits(page, offset, "personal")
    return capsys.readouterr().out


def test_each_hit_says_what_shows_it(capsys: pytest.CaptureFixture[str]) -> None:
    hits = (hit("One"), hit("Two", "fact"), hit("Six", "episode"), hit("Ten", space="work"))
    text = shown(capsys, SearchPage(hits=hits, total=4, by_kind={"message": 4}))
    for command in (
        "memchat sessions show s1 --at m1\n",
        "memchat memory show m1\n",
        "memchat sessions show s1\n",
        "memchat sessions show s1 --at m1 --space work\n",
    ):
        assert command in text
    assert ".80 you · 2026-03-03" in text
    assert text.endswith("4 hits\n")


def test_it_says_what_shows_the_next_page(capsys: pytest.CaptureFixture[str]) -> None:
    page = SearchPage(hits=(hit("One"),), total=500, more_than=True, by_kind={"message": 500})
    assert "11 to 11 of more than 500 hits · --offset 11 shows the next" in shown(capsys, page, 10)


def test_it_says_when_there_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Nothing was found." in shown(capsys, SearchPage(by_kind={}))
    assert "There are 3 hits, and --offset 9" in shown(capsys, SearchPage(total=3, by_kind={"fact": 3}), 9)


def test_nothing_in_a_text_is_markup(capsys: pytest.CaptureFixture[str]) -> None:
    assert "[red]One[/]" in shown(capsys, SearchPage(hits=(hit("[red]One[/]"),), total=1, by_kind={"message": 1}))
