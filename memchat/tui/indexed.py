"""How the making of vectors shows in the chat: in the top line, in a sentence at its beginning and end, by `/index`."""

from typing import TYPE_CHECKING

from memchat.core.embedders import parts_of
from memchat.core.events import IndexChanged
from memchat.tui.text import one_line

if TYPE_CHECKING:
    from memchat.store.making import MakingState
    from memchat.tui.screens.chat import ChatScreen

_WORTH_A_NOTE = 200
"""So many items are done before anyone has read a sentence about them."""

_BEGUN = 5
"""Percent up to which it has just begun; at later starts of the program the top line says enough."""


def fact(event: IndexChanged | None) -> tuple[str, str]:
    """What the top line says of it, and in which style; empty when nothing is under way."""
    if event is None or not event.left:
        return "", ""
    if event.stopped:
        return f"○ index stopped at {event.percent} %", "$dim"
    if event.problem:
        return f"● index waits at {event.percent} %", "$warning"
    return f"● index {event.percent} %", "$success"


def noted(before: IndexChanged | None, event: IndexChanged) -> tuple[str, bool] | None:
    """A sentence about a change, and whether it is about a problem; none where it is worth none."""
    if event.problem:
        known = before is not None and before.problem == event.problem
        return None if known else (f"The index waits, and is tried again. {event.problem}", True)
    if event.items < _WORTH_A_NOTE or event.elsewhere:
        return None
    if not event.left:
        return f"The index is whole: {event.items:,} items are found by meaning with {named(event.embedder)}.", False
    if (before is None or not before.left) and event.percent <= _BEGUN:
        by = "" if event.anew else f" with {named(event.embedder)}"
        step = (
            "It is stopped: /index resume." if event.stopped else "Search goes on meanwhile. /index stop lets it wait."
        )
        return f"{event.items:,} items are embedded anew{by}. {step}", False
    return None


def named(embedder_id: str) -> str:
    """An embedder in the words of its user."""
    model, url = parts_of(embedder_id)
    if not url:
        return "the built-in embedder"
    return one_line(f"{model} at {url.partition('://')[2].partition('/')[0]}", 60)


async def index(chat: "ChatScreen", argument: str) -> None:
    """Tells how the index stands, stops it, lets it go on, or begins it anew."""
    indexing = chat.assistant.indexing
    match argument:
        case "":
            chat.say(sentence(await indexing.state()))
        case "stop":
            chat.say(sentence(await indexing.stop()))
        case "resume":
            chat.say(sentence(await indexing.resume()))
        case "rebuild":
            chat.say(sentence(await indexing.rebuild()))
        case _:
            chat.say("It is /index, /index stop, /index resume or /index rebuild.", problem=True)


def sentence(state: "MakingState") -> str:
    """How it stands."""
    if not state.under_way:
        by = f", with {named(state.current)}" if state.current else ""
        return f"{state.embedded:,} of {state.items:,} items are found by meaning{by}."
    made = f"{state.items - state.left:,} of {state.items:,} items are embedded anew"
    made += (
        f" with {named(state.coming)}; until then what {named(state.current)} made is searched" if state.coming else ""
    )
    return f"{made}. It is stopped: /index resume." if state.stopped else f"{made}. /index stop lets it wait."
