"""Changes in words, and taking them back or making them again with a sentence of what was done."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from memchat.core.memories import ABOUT_USER, Change
from memchat.core.rules import rule_sentence
from memchat.tui.text import one_line

if TYPE_CHECKING:
    from memchat.assistant.looking import Looking

_DID = {
    "add": "added",
    "import": "imported",
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
    "fork": "forked",
    "drop": "dropped from context",
    "put_back": "put back into context",
    "mute": "muted",
    "unmute": "unmuted",
    "settle": "settled",
}
_DID_RULE = {"add": "rule made", "drop": "rule dropped"}
_ASIDE: dict[str, tuple[str, ...]] = {
    "given another type": ("kind",),
    "given other dates": ("valid_from", "valid_to"),
}
"""What an edit of something else than the words did, by what it set."""
_EDITED = ("text", "value", "pinned", "kind", "valid_from", "valid_to")
_OF_RULE = ("kind", "subject", "attribute", "text")
_ENDS = (".", "!", "?", "…", "。", "！", "？")
_UNTITLED = "Untitled"


async def undo(memories: "Looking") -> str:
    """Takes the newest change back; what that was, or that there is none.

    Raises:
        MemchatError: It cannot be taken back.
    """
    return await _said("Taken back", memories, await memories.undo()) or "There is no change to take back."


async def undo_one(memories: "Looking", change_id: str) -> str:
    """Takes one change of the history back; what that was.

    Raises:
        MemchatError: It cannot be taken back.
    """
    return await _said("Taken back", memories, await memories.undo_change(change_id))


async def redo(memories: "Looking") -> str:
    """Makes again what was taken back last; what that was, or that there is nothing.

    Raises:
        MemchatError: It cannot be made again.
    """
    return await _said("Made again", memories, await memories.redo()) or "There is nothing to make again."


async def _said(done: str, memories: "Looking", change: Change | None) -> str:
    if change is None:
        return ""
    others = await memories.together(change)
    return f"{done}: {told(change)}{f', and {others:,} more' if others else ''}"


def named(texts: Sequence[str]) -> str:
    """The first of some texts, and how many more there are, as the end of a sentence."""
    if not texts:
        return "nothing any more."
    if len(texts) > 1:
        return f"{one_line(texts[0], 160)} · {len(texts) - 1:,} more."
    first = one_line(texts[0], 160)
    return first if first.endswith(_ENDS) else f"{first}."


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
    if change.target.startswith("rule:"):
        return _DID_RULE.get(change.action, change.action)
    if change.action == "edit":
        before, after = state(change.before), state(change.after)
        changed = {name for name in _EDITED if before.get(name) != after.get(name)}
        if changed == {"pinned"}:
            return "pinned" if after["pinned"] else "unpinned"
        for said, columns in _ASIDE.items():
            if changed and changed <= set(columns):
                return said
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
