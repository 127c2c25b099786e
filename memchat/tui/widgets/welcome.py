"""What an empty session shows: the first things to do, and what is left of the tour."""

from collections.abc import Mapping, Sequence

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from memchat.tui import tour
from memchat.tui.tour import Step
from memchat.tui.widgets.chip import Note

_FIRST = (
    ("prompt.send", "Ask something", "write below"),
    ("", "Have something remembered", "“I like short answers”"),
    ("chat.profile", "Say who you are", "goes with every message"),
    ("chat.sessions", "Go on with a session", "all are kept here"),
    ("chat.model", "Pick the model", "built in, local or API"),
)
_FIRST_INCOGNITO = (
    _FIRST[0],
    ("chat.new", "Leave incognito", "begin one that is kept"),
    *_FIRST[3:],
)


class Welcome(Widget, can_focus=False):
    """The first things, each with its key.

    Args:
        keys: The keys as they are written on the screen, by binding id.
        incognito: Whether the session is held in memory only.
        reads: Whether it then reads what is remembered.
        left: The lines of the tour that are left.
    """

    left: reactive[tuple[Step, ...]] = reactive((), layout=True)

    def __init__(self, keys: Mapping[str, str], *, incognito: bool, reads: bool, left: Sequence[Step] = ()) -> None:
        super().__init__(classes="welcome")
        self.set_reactive(Welcome.left, tuple(left))
        self._keys = keys
        self._incognito = incognito
        self._reads = reads

    def render(self) -> Content:
        first = _FIRST_INCOGNITO if self._incognito else _FIRST
        rows = [(self._keys.get(name, "") if name else "/remember", what, how) for name, what, how in first]
        left = max(len(key) for key, _, _ in rows)
        middle = max(len(what) for _, what, _ in rows)
        wide = self.size.width >= left + 3 + middle + 3 + max(len(how) for _, _, how in rows)
        greeting = "An assistant that remembers, and shows you what."
        if self._incognito:
            reading = "What is remembered is read." if self._reads else "What is remembered is not read."
            greeting = f"Incognito. Nothing said here is kept. {reading}"
        lines = [Content.styled(greeting, "bold"), Content("")]
        for key, what, how in rows:
            aside = Content.styled(f"   {how}", "$dim") if wide else Content("")
            lines.append(
                Content.assemble(Content.styled(key.rjust(left), "$primary bold"), f"   {what.ljust(middle)}", aside)
            )
        rest = f"lists every command, {self._keys.get('chat.help', 'f1')} every key"
        lines += [Content(""), Content.assemble(Content.styled("/".rjust(left), "$primary bold"), f"   {rest}")]
        if told := tour.lines(self.left, self._keys, self.size.width, before=left):
            lines += [Content(""), *told]
        return Content("\n").join(lines)


class TourNote(Note):
    """The tour in the midst of a conversation.

    Args:
        keys: The keys as they are written on the screen, by binding id.
        left: The lines that are left.
    """

    left: reactive[tuple[Step, ...]] = reactive((), layout=True)

    def __init__(self, keys: Mapping[str, str], left: Sequence[Step]) -> None:
        super().__init__(classes="-tour")
        self._keys = keys
        self.set_reactive(TourNote.left, tuple(left))

    def render(self) -> Content:
        return Content("\n").join(tour.lines(self.left, self._keys, self.content_size.width))

    def watch_left(self, left: tuple[Step, ...]) -> None:
        self.display = bool(left)
