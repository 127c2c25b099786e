"""The buffer's panel: the messages that go to the model word for word."""

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.reactive import var

from memchat.core.context import Block, ContextPlan, LeftOut
from memchat.memory.buffer import KEPT_OUT
from memchat.tui.text import counted, one_line, short_number
from memchat.tui.widgets.panels.messages import BufferDropped, BufferMessageOpened
from memchat.tui.widgets.panels.meter import LAYER_NAMES
from memchat.tui.widgets.panels.rows import Row, Rows
from memchat.tui.widgets.panels.section import Section

_ROLES = {"user": ("you", "$user-message"), "assistant": ("ai ", "$assistant-message")}


class BufferPanel(Section):
    """Role, first words and tokens of each message; what the next fold takes; what was left out and why."""

    TITLE = "Buffer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d,delete", "drop(True)", "Drop", tooltip="Take the message out of context", id="buffer.drop"),
        Binding("b", "drop(False)", "Put back", tooltip="Put the message back into context", id="buffer.put-back"),
    ]

    plan: var[ContextPlan | None] = var(None)

    def __init__(self) -> None:
        super().__init__(
            Rows(
                empty="Nothing said yet. What you and the model say goes here, and from here to the model.", follow=True
            ),
            id="buffer",
        )
        self._dropped: frozenset[str] = frozenset()

    def watch_plan(self) -> None:
        assert isinstance(self.body, Rows)
        plan = self.plan
        if plan is None:
            self.body.rows = ()
            self.detail = ""
            self._dropped = frozenset()
            return
        held = [block for block in plan.blocks if block.layer in ("buffer", "user")]
        folding = set(plan.fold_next)
        self.body.rows = (*_left_out(plan.left_out), *(_row(block, folding) for block in held))
        self._dropped = frozenset(
            item.ref for item in plan.left_out if item.reason == KEPT_OUT and item.layer == "buffer" and item.ref
        )
        facts = [counted(len(held), "message"), f"{sum(block.tokens for block in held):,} tok"] if held else []
        if fold := sum(block.ref in folding for block in held):
            facts.append(f"↓ {fold} fold")
        if self._dropped:
            facts.append(f"× {len(self._dropped)} dropped")
        self.detail = " · ".join(facts)

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.post_message(BufferMessageOpened(event.key))

    @on(Rows.Acted)
    def _acted(self, event: Rows.Acted) -> None:
        event.stop()
        self.post_message(BufferDropped([event.key], out=event.name == "drop"))

    @on(Rows.Highlighted)
    def _highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        if self.is_attached:
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what goes along is dropped, and only what the user dropped is put back."""
        if action == "drop":
            assert isinstance(self.body, Rows)
            key, out = self.body.key, parameters == (True,)
            held = key in {block.ref for block in self.plan.blocks if block.layer == "buffer"} if self.plan else False
            return held if out else key in self._dropped
        return super().check_action(action, parameters)

    def action_drop(self, out: bool) -> None:  # noqa: FBT001
        """Takes the message under the cursor out of the requests to come, or puts it back."""
        assert isinstance(self.body, Rows)
        self.post_message(BufferDropped([self.body.key], out=out))


def _row(block: Block, folding: set[str]) -> Row:
    name, colour = _ROLES.get(block.role, (block.role[:3], "$dim"))
    fold = block.ref in folding
    return Row(
        key=block.ref or "",
        left=(
            ("↓ " if fold else "  ", "$warning"),
            (f"{name} ", f"bold {colour}"),
            (one_line(block.content), "$dim" if fold else "$foreground"),
        ),
        right=((short_number(block.tokens), "$dim"),),
        actions=(("drop", "drop"),) if block.layer == "buffer" else (),
    )


def _left_out(items: Sequence[LeftOut]) -> list[Row]:
    rows: list[Row] = []
    for reason, group in groupby(sorted(items, key=lambda item: item.reason), key=lambda item: item.reason):
        rows.append(Row(key="", left=(("× left out: ", "$warning"), (one_line(reason), "$dim"))))
        rows.extend(
            Row(
                key=(item.ref or "") if item.layer == "buffer" else "",
                left=(
                    ("  ", ""),
                    (f"{LAYER_NAMES[item.layer]} ", f"$layer-{item.layer}"),
                    (one_line(item.text), "$dim"),
                ),
                right=((short_number(item.tokens), "$dim"),),
                actions=(("put back", "put_back"),) if item.reason == KEPT_OUT else (),
            )
            for item in group
        )
    return rows
