"""The search of everything."""

from datetime import datetime

import pytest
from textual.widgets import Input

from memchat.assistant import Assistant
from memchat.core.searching import Narrowed, SearchHit, SearchPage, SearchQuery
from memchat.tui.screens.search import SearchScreen
from memchat.tui.widgets.filter_bar import FilterBar, when
from tests.tui.screen_harness import Stage, session, showing

SIZES = [(80, 24), (120, 40)]


@pytest.fixture
async def trip(assistant: Assistant) -> Assistant:
    """A session with a summary, and a fact, all about a garden."""
    made = await session(assistant, "Trip to Kyoto", "Which garden has the tea room?")
    await assistant.store.summaries.put_session(
        session_id=made.id, text="wanted: a garden in Kyoto", to_seq=2, tokens=5, model="m"
    )
    await assistant.memories.remember("Likes small gardens")
    return assistant


def typed(app: Stage) -> str:
    return app.screen.query_one("#filter", Input).value


def labels(app: Stage) -> set[str]:
    return {row.split()[0] for row in app.listed}


async def test_it_finds_messages_facts_and_past_sessions_and_marks_what_was_looked_for(trip: Assistant) -> None:
    async with showing(SearchScreen(trip, "garden"), size=(120, 40)) as (app, _):
        assert labels(app) == {"you", "fact", "session"}
        assert "3 hits" in app.title_shown
        assert "score" in app.beside
        marked = [text for row in app.rows.rows for text, style in row.left if "bold" in style]
        assert sorted(marked) == ["garden", "garden", "gardens"]
        assert "everything 3  messages 1  facts 1  profile 0  sessions 1" in app.text()


async def test_enter_goes_to_the_hit_under_the_cursor(trip: Assistant) -> None:
    async with showing(SearchScreen(trip), size=(120, 40)) as (app, pilot):
        await app.write(pilot, '"tea room"')
        await app.press(pilot, "enter")
        assert isinstance(app.result, SearchHit)
        assert app.result.item.source.session_title == "Trip to Kyoto"
        assert app.result.item.source.message_id == app.result.item.id


async def test_the_keys_write_their_filters_into_the_box(trip: Assistant) -> None:
    async with showing(SearchScreen(trip, "garden"), size=(120, 40)) as (app, pilot):
        await app.press(pilot, "tab")
        assert typed(app) == "garden in:messages"
        assert labels(app) == {"you"}
        await app.press(pilot, "tab", "s", "ctrl+r")
        assert typed(app) == "gardens in:facts from:me"
        assert labels(app) == {"fact"}
        await app.press(pilot, "ctrl+t", "ctrl+o")
        assert typed(app) == "gardens in:facts from:me after:today sort:newest"
        assert "from me" in app.text()
        assert "newest first" in app.text()
        await app.press(pilot, "shift+tab", "shift+tab", "ctrl+r", "ctrl+r", *["ctrl+t"] * 4, "ctrl+o", "ctrl+o")
        assert typed(app) == "gardens"


async def test_what_is_typed_shows_in_the_bar_and_a_click_there_changes_it(trip: Assistant) -> None:
    async with showing(SearchScreen(trip, "garden in:facts"), size=(120, 40)) as (app, pilot):
        bar = app.screen.query_one(FilterBar)
        assert bar.sought.narrowed.kinds == ("fact",)
        await pilot.click(FilterBar, offset=(3, 0))
        await app.idle(pilot)
        assert typed(app) == "garden"


@pytest.mark.parametrize("size", SIZES)
async def test_a_filter_that_is_not_understood_says_what_it_takes_and_the_hits_stay(
    trip: Assistant, size: tuple[int, int]
) -> None:
    async with showing(SearchScreen(trip, "garden"), size=size) as (app, pilot):
        await app.write(pilot, "garden in:pictures")
        assert "in: takes messages, facts, profile or sessions" in app.text()
        assert len(app.listed) == 3
        await app.write(pilot, "garden in:facts")
        assert "takes" not in app.text()
        assert len(app.listed) == 1


@pytest.mark.parametrize("size", SIZES)
async def test_it_says_what_it_searches_while_nothing_is_typed(assistant: Assistant, size: tuple[int, int]) -> None:
    async with showing(SearchScreen(assistant), size=size) as (app, pilot):
        assert "Searches messages, facts" in app.text()
        assert '"exact words" begin*' in app.text()
        await app.write(pilot, "zebra")
        assert "Nothing is found." in app.text()
        await pilot.press("enter")
        await app.press(pilot, "escape")
        assert app.result is None


async def test_more_hits_come_when_the_last_ones_are_near(assistant: Assistant) -> None:
    await session(assistant, "Gardens", *(f"garden {number}" for number in range(150)))
    async with showing(SearchScreen(assistant, "garden from:me"), size=(120, 40)) as (app, pilot):
        assert "150 hits" in app.title_shown
        assert len(app.listed) == 60
        await app.press(pilot, "ctrl+end")
        assert len(app.listed) == 120
        await app.press(pilot, "ctrl+end")
        assert len(app.listed) == len({row.key for row in app.rows.rows}) == 150


async def test_typing_is_never_waited_for_and_only_the_newest_text_is_searched(trip: Assistant) -> None:
    searches: list[str] = []
    search = trip.searches.search

    async def counted(query: SearchQuery, **rest: object) -> SearchPage:
        searches.append(query.text)
        return await search(query, **rest)  # type: ignore[arg-type]

    trip.searches.search = counted  # type: ignore[method-assign]
    async with showing(SearchScreen(trip), size=(120, 40)) as (app, pilot):
        box = app.screen.query_one("#filter", Input)
        for end in range(1, len("small gardens") + 1):
            box.value = "small gardens"[:end]
        await app.idle(pilot)
        assert searches[-1] == "small gardens"
        assert len(searches) <= 3
        assert "small" in app.listed[0]


async def test_all_spaces(trip: Assistant) -> None:
    work = await trip.in_space("work")
    await work.memories.remember("The client has a garden centre")
    await work.close()
    async with showing(SearchScreen(trip, "garden in:facts"), size=(120, 40)) as (app, pilot):
        assert len(app.listed) == 1
        await app.press(pilot, "ctrl+l")
        assert typed(app) == "garden in:facts space:all"
        assert "all spaces" in app.text()
        assert any("work" in row for row in app.listed)
        await app.write(pilot, "garden in:facts space:work")
        await app.press(pilot, "enter")
        assert app.result.space == "work"


async def test_nothing_that_is_found_is_markup(assistant: Assistant) -> None:
    await session(
        assistant, "[bold]title[/]", "garden [bold red]x[/] \x1b[31mred\x1b[0m \u202egnihtemos [@click=app.quit]q[/]"
    )
    async with showing(SearchScreen(assistant, "garden"), size=(120, 40)) as (app, _):
        assert "garden [bold red]x[/] red gnihtemos [@click=app.quit]q[/]" in app.beside
        assert "[bold]title[/]" in app.beside
        assert "\x1b" not in app.text()


def test_times_are_told_shortly() -> None:
    def told(since: str, until: str) -> str:
        moments = [datetime.fromisoformat(each).astimezone() if each else None for each in (since, until)]
        return when(Narrowed(since=moments[0], until=moments[1]))

    assert told("", "") == "any time"
    assert told("2026-03-01", "") == "from 1 Mar 2026"
    assert told("", "2026-03-01") == "before 1 Mar 2026"
    assert told("2026-03-01", "2026-04-01") == "Mar 2026"
    assert told("2026-12-01", "2027-01-01") == "Dec 2026"
    assert told("2026-01-01", "2027-01-01") == "2026"
    assert told("2026-03-05", "2026-03-06") == "5 Mar 2026"
    assert told("2026-03-05", "2026-03-12") == "5 – 11 Mar 2026"
    assert told("2026-03-05", "2026-04-02") == "5 Mar 2026 – 1 Apr 2026"
