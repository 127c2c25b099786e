"""What the browser is made of: sorting and filtering in memory, columns, differences, the time line, dates as typed."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from memchat.core.browsing import MemoryRow
from memchat.core.memories import Change
from memchat.tui.looks import Looks
from memchat.tui.screens.browser import columns, differences, empty, possible
from memchat.tui.screens.browser.sight import TABS, Catalogue, Heading, Sight, folded
from memchat.tui.screens.browser.validity import shown
from memchat.tui.text import level, one_line

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LOOKS = Looks()
ANY = st.text(st.characters(codec="utf-8"), max_size=400)
HOSTILE = (
    "[bold red]markup[/] [@click=app.quit]x[/]",
    "\x1b[31mred\x1b[0m \x1b]8;;http://evil\x07link\x1b]8;;\x07 \x1b]52;c;aGk=\x07",
    "\u202egnirts desrever\u202c \u2066iso\u2069",
    "zero\u200bwidth\u200djoin\ufeffer",
    "W" * 10_000,
    "Z" + "\u0301" * 300 + "algo",
    "👩\u200d👩\u200d👧\u200d👦 family 🇵🇹 🏳\ufe0f\u200d🌈 👍🏽",
    "tab\there\nnew line\r\nagain",
)


def row(id: str = "f1", **more: Any) -> MemoryRow:
    given: dict[str, Any] = {
        "kind": "fact",
        "text": "The user likes tea",
        "status": "active",
        "confidence": 0.9,
        "origin": "user",
        "observed_at": NOW,
        "updated_at": NOW,
        "last_used_at": None,
        "use_count": 0,
        "pinned": False,
        "field": None,
        "subject": "user",
        "attribute": "",
        "session_id": None,
        "message_id": None,
        "title": "",
        "valid_to": None,
    }
    return MemoryRow(id=id, **(given | more))


def ids(looked: Catalogue, sight: Sight) -> list[str]:
    return [looked.rows[line].id for line in looked.lines(sight, NOW) if isinstance(line, int)]


# columns


@given(ANY, st.integers(20, 200), st.booleans(), st.booleans())
def test_a_line_is_exactly_as_wide_as_it_is_to_be(text: str, width: int, ascii: bool, marked: bool) -> None:
    for given_row in (row(text=text), row(text=f"name: {text}", field="name"), row(text=text, status="archived")):
        line = columns.line(
            given_row, width, looks=Looks(ascii=ascii), present=NOW, marked=marked, words=("a", "("), told=True
        )
        assert line.cell_length == width


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("width", [30, 70, 130])
def test_nothing_in_a_text_moves_the_columns_or_styles_them(text: str, width: int) -> None:
    shown_line = columns.line(row(text=text, title=text, subject=text), width, looks=LOOKS, present=NOW, told=True)
    assert shown_line.cell_length == width
    plain = shown_line.plain
    assert sum(cell_len(each) for each in plain) == width, "each sign is as wide by itself as it is among the others"
    assert not any(sign in plain for sign in "\x1b\x07\u202e\u2066\u200b\u200d\ufeff\ufe0f\n\t")
    for span in shown_line.spans:
        assert "click" not in str(span.style)
        assert str(span.style) == "" or str(span.style).startswith("$")


@given(ANY)
def test_a_text_on_one_line_is_as_wide_as_its_signs_are(text: str) -> None:
    assert cell_len(level(level(text))) == cell_len(level(text))
    assert level(text) == text or not text.isascii()
    assert "\u200d" not in one_line(text)


def test_a_word_that_stands_far_in_is_brought_into_view_and_marked() -> None:
    line = columns.line(row(text="x " * 60 + "the garden of moss"), 60, looks=LOOKS, present=NOW, words=("garden",))
    assert "…" in line.plain
    at = line.plain.index("garden")
    assert any(str(span.style) == "bold $accent" and span.start == at for span in line.spans)


def test_a_cut_beginning_is_cut_between_words() -> None:
    text = "Which trains go from Tokyo to Kyoto and back again on one day"
    shown = columns.line(row(text=text), 40, looks=LOOKS, present=NOW, words=["kyoto"]).plain
    assert "…Tokyo to Kyoto" in shown


@pytest.mark.parametrize("width", [36, 50, 60, 80])
def test_what_is_found_near_the_end_is_seen_with_as_much_before_it_as_there_is_room_for(width: int) -> None:
    text = "The user saved Murin-an, a small and quiet place off the river, with a root garden"
    shown = columns.line(row(text=text), width, looks=LOOKS, present=NOW, words=["gard"]).plain
    said = shown[(place := columns.text_place(width)).start :][: place.width]
    assert said.rstrip().endswith("garden")
    assert said.startswith("…")
    assert cell_len(said) - cell_len(said.rstrip()) < len("Murin-an,"), "no more is free than a word's room"


def test_a_profile_fields_name_is_told_once() -> None:
    for text in ("preferred_language: English", "preferred language: English"):
        shown = columns.line(row(field="preferred_language", text=text), 80, looks=LOOKS, present=NOW).plain
        assert shown.count("preferred") == 1
        assert "preferred language: English" in shown


def test_narrow_tables_keep_what_matters() -> None:
    names = {width: [place.column.name for place in columns.places(width)] for width in (30, 50, 74, 120)}
    assert names[30] == ["text", "sure"]
    assert names[50] == ["text", "sure", "age", "used"]
    assert names[74] == ["type", "text", "sure", "age", "used", "uses"]
    assert names[120][-1] == "source"
    for width in range(20, 200):
        last = columns.places(width)[-1]
        assert last.start + last.width == width
        assert columns.head(width, "age", descending=True, looks=LOOKS).cell_length == width


# sight


@given(st.lists(st.tuples(st.text("abcdé 花", max_size=8), st.sampled_from(("active", "pending"))), max_size=20))
def test_a_filter_shows_exactly_the_rows_that_have_its_words(given_rows: list[tuple[str, Any]]) -> None:
    rows = [row(str(place), text=text, status=status) for place, (text, status) in enumerate(given_rows)]
    looked = Catalogue(rows)
    for words in ((), ("a",), ("e", "b"), ("花",)):
        found = ids(looked, Sight(words=words))
        wanted = [
            each.id
            for each in rows
            if each.status == "active" and all(word in folded(f"{each.text} fact user") for word in words)
        ]
        assert sorted(found) == sorted(wanted)
        assert sorted(ids(looked, Sight(words=words, group="subject"))) == sorted(wanted)


def test_every_filter_of_the_menu_narrows_and_is_named() -> None:
    rows = [
        row("never", confidence=0.9),
        row("used", use_count=3, confidence=0.9, kind="goal"),
        row("unsure", use_count=1, confidence=0.5),
        row("soon", use_count=1, valid_to=NOW + timedelta(days=3)),
        row("later", use_count=1, valid_to=NOW + timedelta(days=90)),
        row("over", use_count=1, valid_to=NOW - timedelta(days=3)),
        row("pinned", use_count=1, pinned=True),
        row("old", use_count=1, observed_at=NOW - timedelta(days=800)),
        row("model", use_count=1, origin="assistant"),
        row("mei", use_count=1, subject="Mei"),
    ]
    looked, whole = Catalogue(rows), Sight()
    for key, found in (
        ("never", ["never"]),
        ("kind:goal", ["used"]),
        ("unsure", ["unsure"]),
        ("expiring", ["soon"]),
        ("pinned", ["pinned"]),
        ("age:older", ["old"]),
        ("origin:assistant", ["model"]),
        ("subject:Mei", ["mei"]),
    ):
        narrowed = whole.narrowed(key)
        assert ids(looked, narrowed) == found, key
        assert len(narrowed.filters) == 1
        assert narrowed.narrowed(key) == whole, "the same key turns it off"
        assert narrowed.narrowed("") == whole, "and so does all off"
    assert "old" not in ids(looked, whole.narrowed("age:this year"))


def test_what_stands_in_groups_is_counted() -> None:
    rows = [row("a", title="Kyoto", session_id="s1"), row("b"), row("c", title="Kyoto", session_id="s1")]
    rows.append(row("d", origin="import"))
    lines = Catalogue(rows).lines(Sight(group="session"), NOW)
    assert [line for line in lines if isinstance(line, Heading)] == [
        Heading("Kyoto", 2),
        Heading("set by hand", 1),
        Heading("imported", 1),
    ]


def test_sorting_by_the_same_column_again_turns_it_round() -> None:
    sight = Sight().sorted_by("uses")
    assert sight.descending
    assert not sight.sorted_by("uses").descending
    assert not sight.sorted_by("text").descending


def test_empty_lists_say_what_comes_there() -> None:
    nothing = Catalogue()
    said = {empty.sentence(Sight(tab=tab), nothing, 0, add="ctrl+n", filters="ctrl+f", close="esc") for tab in TABS}
    assert len(said) == len(TABS)
    narrowed = Sight().narrowed("pinned")
    searched = empty.sentence(Sight(words=("x",)), Catalogue([row()]), 0, add="ctrl+n", filters="ctrl+f", close="esc")
    assert "esc takes them away" in searched
    assert "ctrl+f" in empty.sentence(narrowed, Catalogue([row()]), 3, add="ctrl+n", filters="ctrl+f", close="esc")


# what can be done


def test_an_action_is_offered_only_where_it_applies_to_all_of_them() -> None:
    active, waiting, past = row(), row("f2", status="pending"), row("f3", status="superseded")
    assert {"edit", "forget", "archive", "pin", "never", "erase"} <= set(possible.actions([active], "active"))
    assert {"accept", "reject", "accept_kind"} <= set(possible.actions([waiting], "pending"))
    assert "restore" in possible.actions([past], "superseded")
    assert not {"accept", "restore", "archive", "edit"} & set(possible.actions([active, waiting, past], "all"))
    assert "erase" in possible.actions([active, waiting, past], "all")
    assert "merge" in possible.actions([active, row("f4")], "active")
    assert "pin" not in possible.actions([row(field="name")], "active")
    assert possible.actions([], "active") == []
    assert "forget" not in possible.actions([row(kind="episode", session_id="s1")], "active")


# history and time


def change(before: dict[str, Any] | None, after: dict[str, Any] | None, **more: Any) -> Change:
    told: dict[str, Any] = {"id": "c1", "target": "f1", "action": "edit", "actor": "user", "at": NOW} | more
    return Change(
        before=json.dumps(before) if before is not None else None,
        after=json.dumps(after) if after is not None else None,
        **told,
    )


def test_a_history_tells_what_went_and_what_came() -> None:
    made = change(None, {"text": "likes tea"}, action="add", actor="qwen")
    edited = change({"text": "likes tea", "pinned": 0}, {"text": "likes green tea", "pinned": 1})
    undone = change({"status": "active"}, {"status": "archived"}, action="archive", undone_at=NOW)
    told = differences.history([made, edited, undone], looks=LOOKS)
    said = "".join(text for text, _ in told)
    assert said.index("archived by you · taken back") < said.index("edited by you") < said.index("added by qwen")
    assert "status: in use → archived" in said
    assert ("green ", "$success underline") in told or (" green", "$success underline") in told
    assert "pinned" in said


def test_an_import_is_told_with_its_file() -> None:
    made = change(None, {"text": "likes tea", "file": "memory.jsonl"}, action="import")
    again = change({"status": "forgotten"}, {"status": "active", "file": "memory.jsonl"}, action="import")
    for each in (made, again):
        said = "".join(text for text, _ in differences.history([each], looks=LOOKS))
        assert "imported by you" in said
        assert "from memory.jsonl" in said


@given(ANY, ANY)
def test_a_difference_loses_no_word_of_either_text(before: str, after: str) -> None:
    told = differences.words(before, after, looks=LOOKS)
    come = "".join(text for text, style in told if "strike" not in style and style != "")
    assert "".join(come.split()) == "".join(level(_plain(after)).split())


def _plain(text: str) -> str:
    from memchat.tui.text import plain

    return plain(text)


def test_a_broken_history_is_told_as_far_as_it_can_be() -> None:
    broken = replace(change({}, {}), before="not JSON", after="[1]")
    assert "edited by you" in "".join(text for text, _ in differences.history([broken], looks=LOOKS))


@given(
    st.none() | st.integers(-3000, 3000),
    st.none() | st.integers(-3000, 3000),
    st.integers(0, 3000),
    st.integers(5, 100),
)
def test_the_time_line_is_never_wider_than_its_room(begin: int | None, end: int | None, said: int, width: int) -> None:
    def day(days: int | None) -> datetime | None:
        return None if days is None else NOW + timedelta(days=days)

    told = differences.time_line(day(begin), day(end), NOW - timedelta(days=said), NOW, width, looks=LOOKS)
    bar = "".join(text for text, _ in told).split("\n")[0]
    assert cell_len(bar) == max(10, min(width, 60))
    assert "▸" in bar or "┃" in bar, "today is on it"


def test_an_end_is_shown_as_the_last_day_before_it_in_the_users_time_zone() -> None:
    zone = ZoneInfo("Asia/Taipei")
    end = datetime(2026, 4, 1, tzinfo=zone)
    assert shown(end, zone, ends=True) == "2026-03-31"
    assert shown(end, zone, ends=False) == "2026-04-01"
    assert shown(end, ZoneInfo("America/Lima"), ends=False) == "2026-03-31"
    assert shown(None, zone, ends=True) == ""
