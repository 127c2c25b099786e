"""Long sessions: a page at a time, nothing jumps, and few widgets."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from textual import on
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Markdown

from memchat.core.messages import Message
from memchat.tui.themes import variable_defaults
from memchat.tui.widgets.message import MessageView
from memchat.tui.widgets.part import Part
from memchat.tui.widgets.transcript import Transcript

AT = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
REPLY = "Some **bold** text.\n\n- one\n- two\n\n```python\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"


def message(seq: int, text: str = "", **more: Any) -> Message:
    role: Literal["user", "assistant"] = "user" if seq % 2 else "assistant"
    said = text or (f"question {seq}" if role == "user" else f"answer {seq}\n\n{REPLY}")
    values: dict[str, Any] = {"status": "complete", **more}
    values |= {"id": f"m{seq}", "session_id": "s1", "created_at": AT, "tokens": 1, "model": "scripted"}
    return Message(seq=seq, role=role, text=said, **values)


class Alone(App[None]):
    """A transcript with a hundred messages behind it."""

    CSS_PATH = [f"../../memchat/tui/widgets/{name}.tcss" for name in ("transcript", "message", "part")]  # noqa: RUF012

    def __init__(self, stored: Sequence[Message]) -> None:
        super().__init__()
        self.stored = stored
        self.transcript = Transcript(page=30, assistant_name="memchat")
        self.asked = 0

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        yield self.transcript

    @on(Transcript.WantsEarlier)
    async def _earlier(self) -> None:
        self.asked += 1
        first = self.transcript.first_seq or 1
        page = [item for item in self.stored if item.seq < first][-30:]
        await self.transcript.add_earlier(page, more=page[0].seq > 1)

    @property
    def documents(self) -> int:
        return len(self.query(Markdown))


@asynccontextmanager
async def alone(count: int = 100) -> AsyncIterator[tuple[Alone, Transcript, Pilot[None]]]:
    app = Alone([message(seq) for seq in range(1, count + 1)])
    async with app.run_test(size=(80, 30)) as pilot:
        await app.transcript.show(app.stored[-30:], more=count > 30)
        await settled(app, pilot)
        yield app, app.transcript, pilot


async def settled(app: Alone, pilot: Pilot[None]) -> None:
    """Waits until everything near the view is drawn."""
    quiet = 0
    for _ in range(200):
        await pilot.pause(0.05)
        await app.workers.wait_for_complete()
        busy = app.transcript._busy or (app.transcript._tending and app.transcript._tending._active.is_set())
        # What was drawn last has its place in the layout a moment later.
        quiet = 0 if busy or app.screen._layout_required or app.transcript._layout_required else quiet + 1
        if quiet == 2:
            return
    pytest.fail("the transcript never settled")


def top_of(view: MessageView) -> int:
    """Where a message begins on the screen."""
    return view.region.y


async def test_a_page_is_mounted_and_its_end_is_in_view() -> None:
    async with alone() as (app, transcript, _):
        assert [view.message.seq for view in transcript.views if view.message] == list(range(71, 101))
        assert transcript.at_end
        assert transcript.scroll_y == transcript.max_scroll_y
        assert app.documents < 12


async def test_scrolling_up_mounts_the_page_before_and_nothing_jumps() -> None:
    async with alone() as (app, transcript, pilot):
        transcript.scroll_to(y=10, animate=False)
        await pilot.pause()
        held = next(view for view in transcript.views if view.region.bottom > transcript.region.y)
        before = top_of(held)
        await settled(app, pilot)
        assert app.asked == 1
        assert len(transcript.views) == 60
        assert top_of(held) == before
        assert transcript.more


async def test_all_of_a_long_session_can_be_reached_with_few_documents_drawn() -> None:
    async with alone() as (app, transcript, pilot):
        while transcript.more:
            transcript.scroll_to(y=0, animate=False)
            await settled(app, pilot)
        transcript.scroll_to(y=0, animate=False)
        await settled(app, pilot)
        assert transcript.first_seq == 1
        assert len(transcript.views) == 100
        assert app.documents < 30
        asleep = [part for part in app.query(Part) if not part.awake]
        assert sum(view.resting for view in transcript.views) > 50
        assert not any(part.children for part in asleep)


async def test_what_grows_at_the_end_is_followed_only_from_the_end() -> None:
    async with alone() as (app, transcript, pilot):
        view = transcript.new_view("assistant")
        await transcript.add(view)
        await view.write("line\n\n" * 30)
        await settled(app, pilot)
        assert transcript.scroll_y == transcript.max_scroll_y
        await pilot.press("shift+tab")
        transcript.scroll_to(y=transcript.max_scroll_y - 20, animate=False)
        await pilot.pause()
        assert not transcript.at_end
        where = transcript.scroll_y
        await view.write("line\n\n" * 30)
        await settled(app, pilot)
        assert transcript.scroll_y == where
        transcript.scroll_end(animate=False)
        await settled(app, pilot)
        assert transcript.at_end


async def test_old_messages_are_unmounted_above_the_budget() -> None:
    async with alone() as (app, transcript, pilot):
        for seq in range(101, 171):
            await transcript.add(transcript._view(message(seq)))
        await settled(app, pilot)
        assert len(transcript.views) <= 91
        assert transcript.more
        assert transcript.scroll_y == transcript.max_scroll_y


async def test_a_short_conversation_begins_at_the_top() -> None:
    async with alone(2) as (_, transcript, _pilot):
        assert top_of(transcript.views[0]) == transcript.region.y + 1
        assert transcript.scroll_y == 0


async def test_a_streamed_reply_is_drawn_as_the_whole_would_be() -> None:
    async with alone(0) as (app, transcript, pilot):
        view = transcript.new_view("assistant")
        await transcript.add(view)
        text = REPLY * 6
        for start in range(0, len(text), 7):
            await view.write(text[start : start + 7])
        await view.finish()
        await settled(app, pilot)
        other = transcript._view(message(2, text))
        await transcript.add(other)
        for part in other.parts:
            await part.wake()
        await settled(app, pilot)
        for streamed, whole in zip(view.parts, other.parts, strict=True):
            assert streamed.source == whole.source
            await streamed.wake()
            kinds = [type(child).__name__ for child in streamed.query_one(Markdown).children]
            assert kinds == [type(child).__name__ for child in whole.query_one(Markdown).children]


async def test_html_escapes_and_markup_are_shown_as_text() -> None:
    hostile = "<b>bold</b> [red]x[/red] [/oops] \x1b[31mred\x1b[0m \u202edrow"
    stored = [message(1, hostile), message(2, hostile)]
    app = Alone(stored)
    async with app.run_test(size=(80, 30)) as pilot:
        await app.transcript.show(stored, more=False)
        await settled(app, pilot)
        screen = "\n".join(
            "".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()
        )
        assert screen.count("<b>bold</b> [red]x[/red] [/oops] red drow") == 2
        assert "\x1b" not in screen


async def test_a_resize_keeps_the_end_in_view() -> None:
    async with alone() as (app, transcript, pilot):
        await pilot.resize_terminal(50, 20)
        await settled(app, pilot)
        assert transcript.scroll_y == transcript.max_scroll_y


async def test_states_are_said_under_the_message() -> None:
    stored = [
        message(1, status="failed", error="The model cannot be reached."),
        message(2, status="stopped"),
        message(4, status="partial", error="The connection broke."),
        message(6, finish_reason="length"),
    ]
    app = Alone(stored)
    async with app.run_test(size=(80, 40)):
        await app.transcript.show(stored, more=False)
        said = [str(view._line("status").content) for view in app.transcript.views]
        assert said == [
            "The model cannot be reached.",
            "Stopped.",
            "Cut off. The connection broke.",
            "The reply reached its limit of tokens.",
        ]


async def test_the_last_message_alone_offers_to_be_answered_again() -> None:
    stored = [message(1, status="failed", error="No."), message(2, status="stopped")]
    app = Alone(stored)
    async with app.run_test(size=(80, 40)):
        await app.transcript.show(stored, more=False)
        said = [str(view._line("status").content) for view in app.transcript.views]
        assert said == ["No.", "Stopped.  answer again (r)"]
        await app.transcript.add(app.transcript.new_view("user", "Another"))
        assert str(app.transcript.views[1]._line("status").content) == "Stopped."


async def test_thinking_and_tools_are_folded_lines() -> None:
    from memchat.core.messages import ToolUse

    use = ToolUse(name="remember", arguments='{"text": "tea"}', result="Remembered.")
    stored = [message(2, "Yes.", reasoning="Let me think [b]hard[/b].", tool_uses=(use,))]
    app = Alone(stored)
    async with app.run_test(size=(80, 30)) as pilot:
        await app.transcript.show(stored, more=False)
        view = app.transcript.views[0]
        assert str(view._line("reasoning").content) == "▸ thinking · 4 words"
        assert "remember" in str(view._line("tools").content)
        assert "Remembered." in str(view._line("tools").content)
        view.focus()
        await pilot.press("enter")
        assert "Let me think [b]hard[/b]." in str(view._line("reasoning").content)
        await pilot.click(view._line("reasoning"))
        assert "hard" not in str(view._line("reasoning").content)


async def test_a_huge_message_is_folded_until_asked_for() -> None:
    text = "\n".join(f"line {number}" for number in range(5_000))
    stored = [message(1, text)]
    app = Alone(stored)
    async with app.run_test(size=(80, 30)) as pilot:
        await app.transcript.show(stored, more=False)
        view = app.transcript.views[0]
        await pilot.pause()
        assert "5,000 lines in all" in str(view._line("text").content)
        assert view.size.height < 40
        view.focus()
        await pilot.press("enter")
        assert "line 4999" in str(view._line("text").content)
        assert view.text == text


async def test_messages_far_from_view_rest_as_a_whole_and_come_back() -> None:
    async with alone() as (app, transcript, pilot):
        for _ in range(60):
            if len(transcript.views) == 100:
                break
            transcript.scroll_home(animate=False)
            await settled(app, pilot)
        assert len(transcript.views) == 100
        places = [transcript.away]
        assert len(list(app.screen.walk_children())) < 300
        newest = transcript.views[-1]
        assert newest.resting
        newest.queue(queued=False)
        newest.status("Stopped.", again=True)
        transcript.follow()
        await settled(app, pilot)
        assert [*places, transcript.away] == [True, False]
        assert newest in [view for view in transcript.views if not view.resting]
        assert newest.parts[-1].awake
        assert all(view.virtual_region.height > 1 for view in transcript.views)


async def test_a_page_up_loads_one_page_however_quick() -> None:
    async with alone() as (app, transcript, pilot):
        transcript.release_anchor()
        transcript.scroll_to(y=transcript.size.height + 1, animate=False)
        await settled(app, pilot)
        assert app.asked == 0
        for _ in range(3):
            transcript.action_page_up()
        await settled(app, pilot)
        assert app.asked == 1
        assert len(transcript.views) == 60
