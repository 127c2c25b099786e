"""What can be done in the panels, about what was learned and about what waits, as entries of the palette."""

from collections.abc import Callable, Coroutine, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from memchat.memory.buffer import KEPT_OUT
from memchat.tui.text import one_line
from memchat.tui.widgets.panels.messages import RecalledAction
from memchat.tui.widgets.panels.recalled import possible, ref_of
from memchat.tui.widgets.panels.summary import SummaryPanel

if TYPE_CHECKING:
    from memchat.tui.screens.chat_panels import ChatPanels

_RECALLED: Mapping[RecalledAction, str] = {
    "without": "Answer again without",
    "mute": "Mute for this session",
    "unmute": "Recall here again",
    "pin": "Pin",
    "unpin": "Unpin",
    "forget": "Forget",
    "erase": "Remove for good",
    "browse": "Show in the browser",
}


class PanelCommand(NamedTuple):
    """An entry of the palette."""

    title: str
    about: str
    run: Callable[[], Any]


def commands(chat: "ChatPanels") -> Iterator[PanelCommand]:
    """All that can be done now."""
    if (chip := chat.transcript.newest_chip) is not None:
        for action in chip.offers:
            yield PanelCommand(
                f"{action.title()}: {chip.sentence}", "what was learned", partial(chip.action_ask, action)
            )
    yield PanelCommand("Review what waits", f"{chat.pending:,} to review", chat.action_review)
    yield from _of_summary(chat)
    yield from _of_buffer(chat)
    for item in chat.recall.items if chat.recall else ():
        for does in possible(item, muted=ref_of(item) in chat.muted, pinned=item.id in chat.pinned):
            title = f"{_RECALLED[does]}: {one_line(item.text, 60)}"
            yield PanelCommand(title, "what was recalled", partial(chat.about_recalled, item, does))


def _of_summary(chat: "ChatPanels") -> Iterator[PanelCommand]:
    def work(task: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
        return lambda: chat.work(task(), group="memory")

    def in_panel(action: str) -> Callable[[], None]:
        def run() -> None:
            chat.action_panel("summary")
            panel = chat.query_exactly_one(SummaryPanel)
            chat.call_after_refresh(panel.run_action, action)

        return run

    yield PanelCommand("Summary: fold now", "the oldest half of the buffer", work(chat.fold_now))
    if chat.summary is not None:
        yield PanelCommand("Summary: unfold", "take the last fold back", work(chat.unfold))
        yield PanelCommand("Summary: edit", "in its panel", in_panel("edit"))
        yield PanelCommand("Summary: older version", "what it was before", in_panel("version(-1)"))
        yield PanelCommand("Summary: newer version", "what it became", in_panel("version(1)"))
        yield PanelCommand("Summary: revert", "let the version that is shown hold", in_panel("revert"))


def _of_buffer(chat: "ChatPanels") -> Iterator[PanelCommand]:
    def kept_out(message_id: str, *, out: bool) -> Callable[[], None]:
        return lambda: chat.work(chat.keep_out([message_id], out=out), group="memory")

    if chat.plan is None:
        return
    for left in chat.plan.left_out:
        if left.ref and left.reason == KEPT_OUT:
            title = f"Put back into context: {one_line(left.text, 60)}"
            yield PanelCommand(title, "a message of the buffer", kept_out(left.ref, out=False))
    for block in chat.plan.blocks:
        if block.ref and block.layer == "buffer":
            title = f"Drop from context: {one_line(block.content, 60)}"
            yield PanelCommand(title, "a message of the buffer", kept_out(block.ref, out=True))
