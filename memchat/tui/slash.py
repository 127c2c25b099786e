"""Slash commands: one table for completion, /help, the palette, and what is done."""

import re
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from memchat.tui import indexed, shelving
from memchat.tui import slash_actions as do
from memchat.tui.text import one_line
from memchat.tui.widgets.completions import Completion

if TYPE_CHECKING:
    from memchat.tui.screens.chat import ChatScreen

Handler = Callable[["ChatScreen", str], Coroutine[Any, Any, None]]

_COMMAND = re.compile(r"/(?P<name>[a-z]+)(?:\s+(?P<argument>.*))?\s*", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A slash command.

    Attributes:
        name: Without the slash.
        argument: What may follow, in capitals, in brackets when it may be left out; empty for nothing.
        about: What it does, as a phrase.
        run: Does it.
    """

    name: str
    about: str
    run: Handler
    argument: str = ""

    @property
    def needs_argument(self) -> bool:
        """Whether it can do nothing without its argument."""
        return bool(self.argument) and not self.argument.startswith("[")

    @property
    def usage(self) -> str:
        """How it is written."""
        return f"/{self.name} {self.argument}".strip()


COMMANDS: tuple[Command, ...] = (
    Command(name="help", about="keys and commands", run=do.show_help),
    Command(name="new", about="begin a new session", run=do.new),
    Command(name="sessions", about="pick, rename or delete a session", run=do.sessions),
    Command(name="space", argument="[NAME]", about="go to another space, or begin one", run=do.space),
    Command(name="resume", argument="[ID]", about="go on with the last session, or that", run=do.resume),
    Command(name="fork", about="go on from here in a session of its own", run=shelving.fork),
    Command(name="archive", about="file this session away, or bring it back", run=shelving.archive),
    Command(name="tag", argument="[WORDS]", about="tag this session; -WORD takes one away", run=shelving.tag),
    Command(name="model", argument="[NAME]", about="pick another model", run=do.model),
    Command(name="persona", argument="[NAME]", about="who answers in this session", run=do.persona),
    Command(name="system", argument="[TEXT]", about="what this session's model is told first", run=do.system),
    Command(name="remember", argument="TEXT", about="keep a fact", run=do.remember),
    Command(name="forget", argument="[ID]", about="forget a fact, or pick one", run=do.forget),
    Command(name="erase", argument="[WHAT]", about="erase for good: ID, a profile field, session, all", run=do.erase),
    Command(name="undo", about="take the newest change of the memory back", run=do.undo),
    Command(name="redo", about="make again what was taken back last", run=do.redo),
    Command(name="memory", argument="[me]", about="browse what is remembered, or be told it", run=do.memory),
    Command(name="review", about="accept, edit or reject what waits", run=do.review),
    Command(name="learning", argument="[MODE]", about="learn by itself, by your leave, or not", run=do.learning),
    Command(name="consolidate", about="merge what says the same", run=do.consolidate),
    Command(name="profile", argument="[FIELD VALUE]", about="go to the profile, or set a field", run=do.profile),
    Command(name="search", argument="[QUERY]", about="search messages, facts and episodes", run=do.search),
    Command(name="index", argument="[stop]", about="what finding by meaning rests on", run=indexed.index),
    Command(name="context", about="the exact request", run=do.context),
    Command(name="why", about="what the last answer rests on", run=do.why),
    Command(name="summary", argument="[fold|unfold]", about="go to the rolling summary, or fold", run=do.summary),
    Command(name="incognito", about="a session that leaves nothing behind", run=do.incognito),
    Command(name="export", argument="[memory] [FILE]", about="write the session, or the memory", run=do.export),
    Command(name="import", argument="FILE", about="take memories in from a file", run=do.import_memory),
    Command(name="copy", argument="[all]", about="copy the last reply, or everything", run=do.copy),
    Command(name="retry", about="answer the last message again", run=do.retry),
    Command(name="edit", about="edit the last message, send it again", run=do.edit),
    Command(name="theme", argument="[NAME]", about="change the theme", run=do.theme),
    Command(name="tour", about="what is worth a try", run=do.tour),
    Command(name="quit", about="leave memchat", run=do.leave),
)


def find(name: str) -> Command | None:
    """The command called `name`, or that whose start `name` alone is."""
    near = [command for command in COMMANDS if command.name.startswith(name)]
    exact = next((command for command in near if command.name == name), None)
    return exact or (near[0] if len(near) == 1 else None)


def parse(text: str) -> tuple[str, str] | None:
    """The name and the argument of a slash command, or none when `text` is a message.

    A path such as `/etc/hosts` is a message, and so is a text that begins with two slashes.
    """
    found = _COMMAND.fullmatch(text.strip())
    return (found["name"], (found["argument"] or "").strip()) if found else None


def as_message(text: str) -> str:
    """`text` as it is sent: two slashes at its start stand for one."""
    return text[1:] if text.startswith("//") else text


def completions(text: str, names: Mapping[str, Callable[[], Iterable[str]]]) -> Sequence[Completion]:
    """What a slash command being typed can become.

    Args:
        text: The whole input.
        names: What the commands take that take one of several names, by command.
    """
    command, space, typed = text.partition(" ")
    if space and (listed := names.get(command[1:])):
        typed = typed.strip()
        return [
            Completion(text=f"{command} {name}", shown=one_line(name, 60), about="", complete=True)
            for name in listed()
            if typed.lower() in name.lower() and typed != name
        ]
    if not re.fullmatch(r"/[a-z]*", text):
        return ()
    return [
        Completion(
            text=f"/{command.name}" + (" " if command.needs_argument else ""),
            shown=command.usage,
            about=command.about,
            complete=not command.needs_argument,
        )
        for command in COMMANDS
        if command.name.startswith(text[1:])
    ]
