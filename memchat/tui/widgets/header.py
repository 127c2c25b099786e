"""The top line: the session, the model, the learning, and what the hidden panels hold."""

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from memchat.core.context import ContextPlan, Recall
from memchat.core.events import IndexChanged, LearningChanged
from memchat.core.memories import ProfileField
from memchat.core.settings import LearningMode
from memchat.tui.indexed import fact
from memchat.tui.text import one_line, short_number

_TITLE = 9
"""Cells that a title gets before what matters least makes room for more of it."""


class Header(Widget, can_focus=False):
    """`memchat · space · title … model · local · ○ learning auto`.

    The space and the learning are always there; where there is little room, what can be seen elsewhere goes.
    """

    title: reactive[str] = reactive("")
    model: reactive[str] = reactive("")
    where: reactive[str] = reactive("")
    """Where the model is, or that it is not reached."""
    space: reactive[str] = reactive("")
    incognito: reactive[bool] = reactive(default=False, toggle_class="-incognito")
    reads: reactive[bool] = reactive(default=False)
    """Whether an incognito session reads what is remembered."""
    mode: reactive[LearningMode | None] = reactive[LearningMode | None](None)
    """How memchat learns here; none until that is known."""
    pending: reactive[int] = reactive(0)
    """How many memories wait for the user's review."""
    leaving: reactive[bool] = reactive(default=False)
    """Whether the program is being left."""
    panels_hidden: reactive[bool] = reactive(default=False)
    plan: reactive[ContextPlan | None] = reactive(None)
    recall: reactive[Recall | None] = reactive(None)
    profile: reactive[tuple[ProfileField, ...]] = reactive(())
    learning: reactive[LearningChanged | None] = reactive(None)
    indexing: reactive[IndexChanged | None] = reactive(None)

    def __init__(self) -> None:
        super().__init__(id="header")

    async def on_click(self, event: events.Click) -> None:
        if action := event.style.meta.get("action"):
            event.stop()
            await self.run_action(str(action))

    def render(self) -> Content:
        title = one_line(self.title, 200)
        wanted = min(cell_len(title), _TITLE)
        for spared in range(5):
            left, right = self._left(brand=spared < 1), self._right(spared)
            room = self.size.width - left.cell_length - right.cell_length - 5
            if room >= wanted:
                break
        if cell_len(title) > room:
            title = set_cell_size(title, max(0, room - 1)).rstrip() + "…" if room > 3 else ""
        start = Content.assemble(
            left, Content.styled(" · ", "$dim") if title else "", Content.styled(title, "$foreground") if title else ""
        )
        gap = max(1, self.size.width - start.cell_length - right.cell_length)
        return Content.assemble(start, " " * gap, right)

    @property
    def _narrow(self) -> bool:
        return self.app.size.width < 100

    def _left(self, *, brand: bool) -> Content:
        """Where the user is.

        Args:
            brand: Whether the program's name is there, too.
        """
        places = [Content.styled("memchat", "$primary bold")] if brand or not self.space else []
        if self.space:
            places.append(Content.styled(_cut(self.space, 40), "$dim" if brand else "$primary"))
        if self.incognito:
            places.append(Content.styled("incognito, reading" if self.reads else "incognito", "$warning bold"))
        return Content.styled(" · ", "$dim").join(places)

    def _right(self, spared: int) -> Content:
        """What answers, and what is learned.

        Args:
            spared: How many facts, those that matter least, have no room.
        """
        facts: list[Content] = []
        if self.panels_hidden:
            if self.plan is not None and spared < 4:
                used = f"{short_number(self.plan.tokens)}/{short_number(self.plan.window)}"
                facts.append(Content.styled(used, "$dim"))
            counts = [f"{len(self.recall.items)} recalled"] if self.recall else []
            if self.profile and not self._narrow:
                counts.append(f"profile {len(self.profile)}")
            if counts and spared < 2:
                facts.append(Content.styled(" · ".join(counts), "$dim"))
        if self.model:
            facts.append(Content.styled(_cut(self.model, 20 if self._narrow else 40), "$foreground"))
        if self.where and (spared < 3 or self.where != "local"):
            facts.append(Content.styled(_cut(self.where, 20), "$foreground"))
        if self.pending and not self.incognito:
            review = Style.from_meta({"action": "screen.review"})
            facts.append(Content.styled(f"{self.pending:,} to review", "$accent").stylize(review))
        text, style = fact(self.indexing)
        if text and spared < 2:
            facts.append(Content.styled(text, style))
        if self.mode is not None and not self.incognito:
            facts.append(self._learning(self.mode))
        return Content(" · ").join(facts)

    def _learning(self, mode: LearningMode) -> Content:
        """How memchat learns, and how much waits to be learned."""
        learning = self.learning
        if learning is not None and learning.failure:
            return Content.styled("● learning failed", "$warning")
        if learning is not None and learning.waiting:
            if self.leaving:
                return Content.styled("● leaving, learning first", "$success")
            busy = f"● learning {learning.waiting}"
            return Content.styled(busy if mode == "auto" else f"{busy} · {mode}", "$success")
        if learning is not None and learning.unable and mode != "off":
            return Content.styled("○ cannot learn", "$dim")
        return Content.styled(f"○ {mode}" if self._narrow else f"○ learning {mode}", "$dim")


def _cut(text: str, cells: int) -> str:
    """`text` on one line, in so many cells at most."""
    line = one_line(text, cells)
    return line if cell_len(line) <= cells else set_cell_size(line, cells - 1).rstrip() + "…"
