"""The top line: the session, the model, the learning, and what the hidden panels hold."""

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from memchat.core.context import ContextPlan, Recall
from memchat.core.events import LearningChanged
from memchat.core.memories import ProfileField
from memchat.tui.text import one_line, short_number


class Header(Widget, can_focus=False):
    """`memchat · title … model · local · ● learning 1`."""

    title: reactive[str] = reactive("")
    model: reactive[str] = reactive("")
    where: reactive[str] = reactive("")
    """Where the model is, or that it is not reached."""
    incognito: reactive[bool] = reactive(default=False, toggle_class="-incognito")
    panels_hidden: reactive[bool] = reactive(default=False)
    plan: reactive[ContextPlan | None] = reactive(None)
    recall: reactive[Recall | None] = reactive(None)
    profile: reactive[tuple[ProfileField, ...]] = reactive(())
    learning: reactive[LearningChanged | None] = reactive(None)

    def __init__(self) -> None:
        super().__init__(id="header")

    def render(self) -> Content:
        right = self._right()
        left = "memchat" + (" · incognito" if self.incognito else "")
        room = self.size.width - cell_len(left) - right.cell_length - 5
        title = one_line(self.title, 200)
        if cell_len(title) > room:
            title = set_cell_size(title, max(0, room - 1)).rstrip() + "…" if room > 3 else ""
        start = Content.assemble(
            Content.styled("memchat", "$primary bold"),
            Content.styled(" · incognito", "$warning bold") if self.incognito else "",
            Content.styled(" · ", "$dim") if title else "",
            Content.styled(title, "$foreground") if title else "",
        )
        gap = max(1, self.size.width - start.cell_length - right.cell_length)
        return Content.assemble(start, " " * gap, right)

    def _right(self) -> Content:
        facts: list[Content] = []
        narrow = self.app.size.width < 100
        if self.panels_hidden:
            if self.plan is not None:
                used = f"{short_number(self.plan.tokens)}/{short_number(self.plan.window)}"
                facts.append(Content.styled(used, "$dim"))
            recalled = len(self.recall.items) if self.recall else 0
            counts = f"{recalled} recalled" if narrow else f"{recalled} recalled · profile {len(self.profile)}"
            facts.append(Content.styled(counts, "$dim"))
        if self.model:
            facts.append(Content.styled(one_line(self.model, 20 if narrow else 40), "$foreground"))
        if self.where:
            facts.append(Content.styled(one_line(self.where, 20), "$foreground"))
        learning = self.learning
        if learning is not None and learning.failure:
            facts.append(Content.styled("● learning failed", "$warning"))
        elif learning is not None and learning.waiting:
            facts.append(Content.styled(f"● learning {learning.waiting}", "$success"))
        return Content(" · ").join(facts)
