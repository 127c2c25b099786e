"""Changes in words, and taking them back or making them again with a sentence of what was done."""

import json
from typing import TYPE_CHECKING, Any

from memchat.core.memories import ABOUT_USER, Change
from memchat.core.rules import rule_sentence
from memchat.tui.text import one_line

if TYPE_CHECKING:
    from memchat.assistant.looking import Looking

_DID = {
    "add": "added",
    "edit": "edited",
    "reinforce": "said again",
    "revise": "made more exact",
    "supersede": "became past",
    "merge": "merged",
    "accept": "accepted",
    "reject": "rejected",
    "archive": "archived",
    "restore": "restored",
    "forget": "forgotten",
    "set": "set",
    "unset": "emptied",
    "pin": "pinned",
    "unpin": "unpinned",
    "fold": "folded",
    "unfold": "unfolded",
    "revert": "given another summary",
    "tag": "tagged",
    "rename": "renamed",
    "delete": "deleted",
    "drop": "dropped from context",
    "put_back": "put back into context",
    "mute": "muted",
    "unmute": "unmuted",
    "settle": "settled",
}
_OF_RULE = ("kind", "subject", "attribute", "text")
_UNTITLED = "Untitled"


async def undo(memories: "Looking") -> str:
    """Takes the newest change back; what that was, or that there is none.

    Raises:
        MemchatError: It cannot be taken back.
    """
    return _said("Taken back", await memories.undo()) or "There is no change to take back."


async def undo_one(memories: "Looking", change_id: str) -> str:
    """Takes one change of the history back; what that was.

    Raises:
        MemchatError: It cannot be taken back.
    """
    return _said("Taken back", await memories.undo_change(change_id))


async def redo(memories: "Looking") -> str:
    """Makes again what was taken back last; what that was, or that there is nothing.

    Raises:
        MemchatError: It cannot be made again.
    """
    return _said("Made again", await memories.redo()) or "There is nothing to make again."


def _said(done: str, change: Change | None) -> str:
    return f"{done}: {told(change)}" if change is not None else ""


def told(change: Change, what: str | None = None) -> str:
    """A change on one line: `edited by you: likes small gardens`.

    Args:
        change: The change.
        what: What is told of it; none for what was changed.
    """
    about_it = about(change) if what is None else what
    return f"{did(change)} by {who(change)}{': ' if about_it else ''}{about_it}"


def did(change: Change) -> str:
    """What was done, in a word or two."""
    return _DID.get(change.action, change.action.replace("_", " "))


def who(change: Change) -> str:
    """Who did it."""
    return "you" if change.actor == ABOUT_USER else one_line(change.actor, 40)


def about(change: Change) -> str:
    """What was changed, by what it says or is called."""
    now = state(change.after) or state(change.before)
    if basis := now.get("basis"):
        return one_line(rule_sentence(basis, **{name: now[name] for name in _OF_RULE}), 80)
    if "title" in now:
        return f"“{one_line(str(now['title'] or ''), 40) or _UNTITLED}”"
    return one_line(str(now.get("text") or ""), 80)


def state(text: str | None) -> dict[str, Any]:
    """What a change noted before or after it; nothing where that cannot be read."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
