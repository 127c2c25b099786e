"""The panels: they show what they are given, ask for change by messages, and rebuild nothing."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.message import Message
from textual.widgets import Input

from memchat.core.context import Missed
from memchat.core.events import EmbedderChanged, LearningChanged
from memchat.core.memories import ProfileField
from memchat.paths import Paths
from memchat.tui import themes
from memchat.tui.widgets.inline_area import InlineArea
from memchat.tui.widgets.panels import PanelName, Panels
from memchat.tui.widgets.panels.lines import Lines, Prose
from memchat.tui.widgets.panels.messages import (
    BufferMessageOpened,
    ProfileSet,
    ProfileUnset,
    RecalledOpened,
    SummaryEdited,
)
from memchat.tui.widgets.panels.meter import ContextMeter, cells, glyphs
from memchat.tui.widgets.panels.recalled import score_text
from memchat.tui.widgets.panels.rows import Rows
from memchat.tui.widgets.panels.section import Heading, Section
from memchat.tui.widgets.panels.sharing import share, spaced
from memchat.tui.widgets.panels.words import changed
from tests.tui import samples

NAMES: tuple[PanelName, ...] = ("buffer", "summary", "profile", "recalled")


class Bare(App[None]):
    """The panels alone; it keeps what they post."""

    CSS = "Screen { layers: base edit; } Input#chat { dock: bottom; }"

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[Message] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.variable_defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        yield Panels()
        yield Input(id="chat")

    def on_mount(self) -> None:
        for theme in themes.load(Paths.from_environment()).themes:
            self.register_theme(theme)
        self.theme = "memchat-dark"
        self.query_one("#chat").focus()

    def keep(self, message: Message) -> None:
        self.posted.append(message)

    on_profile_set = keep
    on_profile_unset = keep
    on_summary_edited = keep
    on_recalled_opened = keep
    on_buffer_message_opened = keep

    @property
    def panels(self) -> Panels:
        return self.query_one(Panels)

    def fill(self) -> None:
        panels = self.panels
        panels.plan = samples.plan()
        panels.summary = samples.summary()
        panels.profile = samples.profile()
        panels.recall = samples.recall()

    def section(self, name: PanelName) -> Section:
        return self.query_one(f"#{name}", Section)

    def text(self, name: PanelName) -> str:
        body = self.section(name).body
        if isinstance(body, Rows) and body.rows:
            return "\n".join("".join(text for text, _ in (*row.left, *row.right)) for row in body.rows)
        return "\n".join(body.drawn(line, 60)[0].plain for line in range(body.count(60)))

    def screen_text(self) -> str:
        return "\n".join(
            "".join(segment.text for segment in line) for line in self.screen._compositor.render_strips(self.size)
        )


async def test_empty_panels_say_so_in_a_sentence() -> None:
    app = Bare()
    async with app.run_test(size=(60, 40)) as pilot:
        await pilot.pause()
        for name, words in zip(
            NAMES, ("Nothing said yet", "Nothing folded yet", "preferred language", "Nothing recalled"), strict=True
        ):
            assert words in app.text(name)
        assert "nothing yet" in app.screen_text()


async def test_what_is_bound_is_shown() -> None:
    app = Bare()
    async with app.run_test(size=(60, 44)) as pilot:
        app.fill()
        await pilot.pause()
        shown = app.screen_text()
        for words in (
            "Context ~2.",
            "9 messages",
            "↓ 3 fold",
            "covers 24 messages",
            "4 of 8 known",
            "4 of 31 · 18 ms",
            ".82",
            "landscape architect",
            "80% ◐ ai",
            "location",
        ):
            assert words in shown, words


async def test_an_update_mounts_nothing_and_an_equal_one_draws_nothing() -> None:
    app = Bare()
    async with app.run_test(size=(60, 44)) as pilot:
        app.fill()
        await pilot.pause()
        widgets = list(app.panels.walk_children())
        assert len(widgets) <= 14
        for count in range(1, 40):
            app.panels.plan = samples.plan(count)
            app.panels.recall = samples.recall()
            app.panels.summary = samples.summary(f"Version {count}.", id=f"r{count}")
            await pilot.pause()
        assert list(app.panels.walk_children()) == widgets

        changes: list[Lines] = []
        for body in app.query(Lines):
            body.changed = lambda body=body: changes.append(body)  # type: ignore[method-assign, misc]
        app.panels.profile = samples.profile()
        app.panels.plan = replace(samples.plan(39))
        await pilot.pause()
        assert changes == []


async def test_left_out_is_told_with_its_reason() -> None:
    app = Bare()
    async with app.run_test(size=(60, 44)) as pilot:
        app.panels.plan = samples.plan(3, left_out=samples.left_out())
        await pilot.pause()
        text = app.text("buffer")
        assert "left out: The buffer is full." in text
        assert "recalled A far memory" in text


async def test_the_newest_message_is_in_view_until_the_buffer_is_used() -> None:
    app = Bare()
    async with app.run_test(size=(60, 24)) as pilot:
        app.fill()
        app.panels.plan = samples.plan(40)
        await pilot.pause()
        body = app.section("buffer").body
        assert body.scroll_offset.y == body.max_scroll_y > 0
        app.panels.show("buffer")
        await pilot.press("home")
        app.panels.plan = samples.plan(44)
        await pilot.pause()
        assert body.scroll_offset.y == 0
        assert isinstance(body, Rows)
        assert body.key == "m0"


@pytest.mark.parametrize("name", NAMES)
async def test_a_panel_is_shown_folded_and_opened_again(name: PanelName) -> None:
    app = Bare()
    async with app.run_test(size=(60, 40)) as pilot:
        app.fill()
        app.section(name).folded = True
        await pilot.pause()
        assert app.section(name).size.height == 1
        app.panels.show(name)
        await pilot.pause()
        assert app.focused is app.section(name).body
        assert app.section(name).size.height > 1
        await pilot.press("space")
        assert app.section(name).folded
        assert isinstance(app.focused, Heading)
        await pilot.press("space")
        assert app.focused is app.section(name).body
        await pilot.click(app.section(name).heading)
        assert app.section(name).folded


async def test_a_buffer_message_is_opened_by_key_and_mouse() -> None:
    app = Bare()
    async with app.run_test(size=(60, 44)) as pilot:
        app.fill()
        app.panels.show("buffer")
        await pilot.press("home", "down", "enter")
        await pilot.click(app.section("buffer").body, offset=(4, 0))
        await pilot.pause()
        assert [message.message_id for message in app.posted if isinstance(message, BufferMessageOpened)] == [
            "m1",
            "m0",
        ]


async def test_the_cursor_passes_over_headings() -> None:
    app = Bare()
    async with app.run_test(size=(60, 44)) as pilot:
        app.panels.plan = samples.plan(2, left_out=samples.left_out())
        app.panels.show("buffer")
        await pilot.pause()
        rows = app.section("buffer").body
        assert isinstance(rows, Rows)
        seen = [rows.key]
        for _ in range(6):
            await pilot.press("up")
            seen.append(rows.key)
        assert seen == ["mx", "m1", "m0", "m90", "m90", "m90", "m90"]
        await pilot.press("end", "pageup", "pagedown")
        assert rows.key == "mx"


async def test_a_fold_marks_the_new_words() -> None:
    app = Bare()
    async with app.run_test(size=(60, 44)) as pilot:
        app.panels.summary = samples.summary("Alice plans eight days.")
        app.panels.summary = samples.summary("Alice plans ten days in Kyoto.", id="r2", to_seq=30)
        await pilot.pause()
        body = app.section("summary").body
        assert isinstance(body, Prose)
        assert [text for text, style in body.parts if style] == ["ten", " in Kyoto"]
        assert app.section("summary").detail == "covers 30 messages · +3 −1 words"
        other = replace(samples.summary("Quite another talk."), session_id="s2")
        app.panels.summary = other
        await pilot.pause()
        assert not any(style for _, style in body.parts)
        app.panels.learning = LearningChanged(waiting=1, failure="The model did not answer.")
        await pilot.pause()
        assert "The model did not answer." in app.text("summary")


async def test_the_summary_is_rewritten_in_its_place() -> None:
    app = Bare()
    async with app.run_test(size=(80, 24)) as pilot:
        app.panels.show("summary")
        await pilot.press("enter")  # nothing to edit yet
        assert not app.query(InlineArea)
        app.panels.summary = samples.summary("Old.")
        await pilot.press("enter")
        await pilot.pause()
        area = app.query_one(InlineArea)
        assert area.has_focus
        assert area.text == "Old."
        await pilot.press("ctrl+a", *"New", "ctrl+j", *"one.", "enter")
        await pilot.pause()
        assert not area.opened
        assert app.section("summary").body.has_focus
        await pilot.press("e", *"Never.", "escape")
        await pilot.pause()
        assert not area.opened
        assert [message.text for message in app.posted if isinstance(message, SummaryEdited)] == ["New\none.Old."]


async def test_a_fold_while_the_summary_is_edited_is_said_before_it_is_written_over() -> None:
    app = Bare()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.panels.summary = samples.summary("Old.", id="r1")
        app.panels.show("summary")
        await pilot.press("e", *" Mine.")
        app.panels.summary = samples.summary("Folded.", id="r2")
        await pilot.press("enter")
        await pilot.pause()
        area = app.query_one(InlineArea)
        assert area.opened
        assert area.text == "Old. Mine."
        assert not [message for message in app.posted if isinstance(message, SummaryEdited)]
        await pilot.press("enter")
        await pilot.pause()
        assert [message.text for message in app.posted if isinstance(message, SummaryEdited)] == ["Old. Mine."]


async def test_a_profile_field_is_edited_in_place() -> None:
    app = Bare()
    async with app.run_test(size=(60, 40)) as pilot:
        app.fill()
        app.panels.show("profile")
        await pilot.press("enter")
        await pilot.press(*"Bob", "enter")
        assert app.focused is app.section("profile").body
        await pilot.press("down", "enter", *"Klingon", "escape")
        assert app.focused is app.section("profile").body
        await pilot.press("delete")
        await pilot.press("down", "enter", "delete", "enter")
        await pilot.press("end", "enter", "enter")  # left as it was
        await pilot.press("up", "delete")  # has no value
        await pilot.pause()
        kept = [(message.field, message.value) for message in app.posted if isinstance(message, ProfileSet)]
        assert kept == [("name", "Bob")]
        unset = [message.field for message in app.posted if isinstance(message, ProfileUnset)]
        assert unset == ["preferred_language", "occupation"]


async def test_each_value_of_a_field_of_several_is_a_row_of_its_own() -> None:
    app = Bare()
    async with app.run_test(size=(60, 40)) as pilot:
        at = samples.profile()[0].updated_at
        app.panels.profile = tuple(
            ProfileField(field="goals", value=value, confidence=1, origin="user", updated_at=at, memory_id=ref)
            for ref, value in (("f1", "learn Greek"), ("f2", "run a marathon"))
        )
        app.panels.show("profile")
        body = app.section("profile").body
        assert isinstance(body, Rows)
        shown = ["".join(text for text, _ in row.left).split(None, 1) for row in body.rows]
        assert [row for row in shown if row[0] in ("goals", "run")] == [["goals", "learn Greek"], ["run", "a marathon"]]
        body.cursor = next(place for place, row in enumerate(body.rows) if row.key == "goals:f2")
        await pilot.press("enter", *"now", "enter")
        await pilot.press("delete")
        await pilot.pause()
        kept = [(each.field, each.value, each.instead_of) for each in app.posted if isinstance(each, ProfileSet)]
        assert kept == [("goals", "now", "f2")]
        unset = [(each.field, each.value) for each in app.posted if isinstance(each, ProfileUnset)]
        assert unset == [("goals", "run a marathon")]


async def test_leaving_the_box_changes_nothing() -> None:
    app = Bare()
    async with app.run_test(size=(60, 40)) as pilot:
        app.fill()
        app.panels.show("profile")
        await pilot.press("enter", *"Bob")
        await pilot.click("#chat")
        await pilot.pause()
        assert app.posted == []
        assert app.focused is app.query_one("#chat")


async def test_why_an_item_was_recalled_is_asked_for() -> None:
    app = Bare()
    async with app.run_test(size=(60, 40)) as pilot:
        app.fill()
        app.panels.show("recalled")
        await pilot.press("down", "enter")
        await pilot.pause()
        (message,) = app.posted
        assert isinstance(message, RecalledOpened)
        assert message.item.text == "Likes small gardens and quiet mornings"


@pytest.mark.parametrize("width", [41, 44, 60])
async def test_all_that_a_click_does_with_an_item_is_offered_whole(width: int) -> None:
    app = Bare()
    async with app.run_test(size=(width, 40)) as pilot:
        app.fill()
        await pilot.pause()
        await pilot.hover("#recalled Rows", offset=(4, 1))
        await pilot.pause()
        (line,) = (line for line in app.screen_text().splitlines() if "again without" in line)
        assert line.split()[-5:] == ["again", "without", "mute", "pin", "forget"]
        assert ".61 Li" in line


@pytest.mark.parametrize(
    "degrade",
    [
        lambda panels: setattr(panels, "recall", samples.recall(words_only="Words only: no embedder.")),
        lambda panels: setattr(panels, "embedder", EmbedderChanged(state="unavailable", reason="no embedder.")),
    ],
)
async def test_words_only_is_said(degrade: Callable[[Panels], None]) -> None:
    app = Bare()
    async with app.run_test(size=(60, 40)) as pilot:
        degrade(app.panels)
        await pilot.pause()
        assert "Words only: no embedder." in app.text("recalled")
        app.panels.recall = replace(samples.recall(), items=())
        app.panels.embedder = EmbedderChanged(state="ready")
        await pilot.pause()
        assert app.text("recalled").startswith("Nothing in the memory came near")


async def test_the_meter_tells_estimates_from_counts_and_warns() -> None:
    app = Bare()
    async with app.run_test(size=(60, 40)) as pilot:
        app.panels.plan = samples.plan()
        await pilot.pause()
        assert "Context ~2.1k / 16k" in app.screen_text()
        app.panels.reported = 2_345
        await pilot.pause()
        assert "Context 2.3k / 16k" in app.screen_text()
        app.panels.plan = samples.plan(window=3_000)
        await pilot.pause()
        assert "Context ~2.1k / 3k" in app.screen_text()  # the count was of another request
        meter = app.query_one(ContextMeter).render()
        assert any("warning" in str(span.style) for span in meter.spans)


async def test_the_meter_does_not_go_up_and_down_with_a_turn() -> None:
    app = Bare()
    async with app.run_test(size=(48, 40)) as pilot:
        whole = samples.plan()
        between = replace(whole, blocks=tuple(block for block in whole.blocks if block.layer == "system"))
        app.panels.plan = whole
        await pilot.pause()
        meter = app.query_one(ContextMeter)
        high = meter.size.height
        app.panels.plan = between
        await pilot.pause()
        assert meter.size.height == high


NASTY = "[/bad] [bold]x[/] \x1b[31mred\x1b[0m \x07\r\n\u202eevil"


@pytest.mark.parametrize("size", [(46, 18), (80, 24), (120, 40)])
async def test_text_from_outside_is_data(size: tuple[int, int]) -> None:
    app = Bare()
    async with app.run_test(size=size) as pilot:
        hostile = samples.plan(3)
        blocks = tuple(replace(block, content=NASTY) for block in hostile.blocks)
        left = tuple(replace(item, text=NASTY, reason=NASTY) for item in samples.left_out())
        app.panels.plan = replace(hostile, blocks=blocks, left_out=left)
        app.panels.summary = samples.summary(NASTY)
        app.panels.profile = (samples.field("name", NASTY), samples.field("[x]", NASTY))
        app.panels.recall = replace(samples.recall(), items=(samples.item("fact", NASTY, 0.9),))
        app.panels.learning = LearningChanged(waiting=1, failure=NASTY)
        for name in NAMES:
            app.panels.show(name)
            await pilot.pause()
        shown = app.screen_text()
        assert "[/bad] [bold]x[/] red" in shown
        assert not set(shown) & {"\x1b", "\x07", "\u202e"}


async def test_why_something_was_kept_out_is_data() -> None:
    missed = Missed(samples.item("fact", NASTY, 0.4), f"says the same as “{NASTY}”")
    app = Bare()
    async with app.run_test(size=(80, 24)) as pilot:
        app.panels.recall = replace(samples.recall(), items=(), missed=(missed,))
        app.panels.show("recalled")
        await pilot.pause()
        told = app.panels.query_one("#recalled", Section).query_one(Rows).empty
        assert told.startswith("Says the same as “[/bad] [bold]x[/] red")
        assert not set(told) & {"\x1b", "\x07", "\u202e", "\n"}


@pytest.mark.parametrize("theme", ["memchat-dark", "memchat-light", "memchat-contrast", "memchat-ansi", "nord"])
async def test_every_theme_draws_the_panels(theme: str) -> None:
    app = Bare()
    async with app.run_test(size=(60, 40)) as pilot:
        app.fill()
        app.theme = theme
        await pilot.pause()
        assert "Recalled" in app.screen_text()


async def test_too_small_a_screen_scrolls_and_breaks_nothing() -> None:
    app = Bare()
    async with app.run_test(size=(20, 6)) as pilot:
        app.fill()
        for name in NAMES:
            app.panels.show(name)
            await pilot.pause()
            assert app.focused is app.section(name).body
        app.panels.plan = None
        app.panels.summary = None
        app.panels.recall = None
        app.panels.profile = ()
        await pilot.pause()


@given(st.lists(st.integers(0, 50_000), min_size=1, max_size=8), st.integers(8, 200))
def test_bar_cells_fit_and_show_what_is_there(amounts: list[int], width: int) -> None:
    got = cells(amounts, max(1, sum(amounts)), width)
    assert sum(got) <= width
    assert all((count > 0) == (amount > 0) for count, amount in zip(got, amounts, strict=True))


def test_neighbouring_layers_differ_without_colour() -> None:
    plan = samples.plan(2)
    some = replace(plan, blocks=tuple(block for block in plan.blocks if block.layer in ("system", "buffer")))
    assert glyphs(some) == {"system": "█", "buffer": "▓"}
    assert all(left != right for left, right in pairwise(glyphs(plan).values()))


@given(st.integers(0, 100), st.lists(st.integers(1, 60), min_size=1, max_size=5), st.integers(-1, 4))
def test_heights_are_shared_fairly(height: int, wants: list[int], favourite: int) -> None:
    got = share(height, wants, favourite)
    assert all(each <= want for each, want in zip(got, wants, strict=True))
    assert sum(got) <= max(height, sum(min(want, 3) for want in wants))
    if sum(wants) <= height:
        assert got == wants
    elif sum(min(want, 3) for want in wants) <= height:
        assert sum(got) == height
    assert sum(spaced(height, got)) <= max(height, sum(got))


@given(st.text(alphabet="ab 日本,.\n", max_size=60), st.text(alphabet="ab 日本,.\n", max_size=60))
def test_what_changed_is_the_new_text_whole(old: str, new: str) -> None:
    found = changed(old, new)
    assert "".join(text for text, _ in found.pieces) == new


def test_a_very_long_summary_is_not_compared() -> None:
    assert changed("a " * 5000, "b " * 5000) == ((("b " * 5000, False),), 0, 0)


def test_scores() -> None:
    assert [score_text(score) for score in (0.0, 0.05, 0.824, 0.999, 1.0)] == [".00", ".05", ".82", "1.0", "1.0"]
