"""What an empty session shows: the first things to do."""

from collections.abc import Mapping

from textual.content import Content
from textual.widget import Widget

_FIRST = (
    ("prompt.send", "Ask something", "write below"),
    ("", "Have something remembered", "“I like short answers”"),
    ("chat.profile", "Say who you are", "it goes with every message"),
    ("chat.sessions", "Go on with a session", "all are kept here"),
    ("chat.model", "Pick the model", "built in, local, or by API"),
)
_FIRST_INCOGNITO = (
    _FIRST[0],
    ("chat.new", "Leave incognito", "a new session, which is kept"),
    *_FIRST[3:],
)


class Welcome(Widget, can_focus=False):
    """The first things, each with its key.

    Args:
        keys: The keys as they are written on the screen, by binding id.
        incognito: Whether the session is held in memory only.
        reads: Whether it then reads what is remembered.
    """

    def __init__(self, keys: Mapping[str, str], *, incognito: bool, reads: bool) -> None:
        super().__init__(classes="welcome")
        self._keys = keys
        self._incognito = incognito
        self._reads = reads

    def render(self) -> Content:
        first = _FIRST_INCOGNITO if self._incognito else _FIRST
        rows = [(self._keys.get(name, "") if name else "/remember", what, how) for name, what, how in first]
        left = max(len(key) for key, _, _ in rows)
        middle = max(len(what) for _, what, _ in rows)
        wide = self.size.width >= left + middle + 32
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
        return Content("\n").join(lines)
