"""What an empty session shows: the first things to do."""

from collections.abc import Mapping

from textual.content import Content

from memchat.tui.widgets.message import Line

_FIRST = (
    ("prompt.send", "Ask something", "write below and press enter"),
    ("", "Have something remembered", "/remember I like short answers"),
    ("chat.profile", "Say who you are", "the profile goes with every message"),
    ("chat.sessions", "Go on with an earlier session", "everything said is kept on this machine"),
    ("chat.model", "Pick the model", "built in, on this machine, or by API"),
)


def welcome(keys: Mapping[str, str], *, incognito: bool) -> Line:
    """The five first things, each with its key.

    Args:
        keys: The keys as they are written on the screen, by binding id.
        incognito: Whether the session is held in memory only.
    """
    rows = [(keys.get(name, "/remember") if name else "/remember", what, how) for name, what, how in _FIRST]
    left = max(len(key) for key, _, _ in rows)
    middle = max(len(what) for _, what, _ in rows)
    greeting = (
        "Incognito: what is remembered is read, and nothing said here is kept."
        if incognito
        else "An assistant that remembers, and shows you what."
    )
    lines = [Content.styled(greeting, "$foreground bold"), Content("")]
    lines += [
        Content.assemble(
            Content.styled(key.rjust(left), "$primary bold"),
            "   ",
            Content.styled(what.ljust(middle), "$foreground"),
            "   ",
            Content.styled(how, "$dim"),
        )
        for key, what, how in rows
    ]
    lines += [
        Content(""),
        Content.styled(f"{'/'.rjust(left)}   lists every command; {keys.get('chat.help', 'f1')} helps", "$dim"),
    ]
    return Line(Content("\n").join(lines), classes="welcome")
