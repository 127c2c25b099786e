"""What can be done with which rows."""

from collections.abc import Sequence

from memchat.core.browsing import MemoryRow
from memchat.tui.looks import STATUS_NAMES
from memchat.tui.screens.browser.sight import Tab, is_memory

ABOUT_ROWS = frozenset(
    (
        *("edit", "accept", "keep", "restore", "open", "forget", "reject", "keep_both", "reword", "pin", "merge"),
        *("source", "archive", "kind", "validity", "erase", "mark_all", "never", "accept_kind", "changes"),
    )
)
"""The actions that not every row allows."""

IN_MENU = ABOUT_ROWS | {"mark", "add", "undo", "redo", "all_changes", "filters", "sort", "group", "details", "rules"}

_ONE = frozenset(("edit", "open", "reword", "source", "changes", "never", "keep", "keep_both"))
"""What is done with one row at a time."""

_AWAY = frozenset(("archived", "superseded", "forgotten"))


def actions(rows: Sequence[MemoryRow], tab: Tab) -> list[str]:
    """The names of what can be done with all of these rows; with none of them, nothing.

    Args:
        rows: The marked ones, or the one under the cursor.
        tab: Which list is shown: contradictions are settled only where both are seen.
    """
    if not rows:
        return []
    found = ["mark_all"]
    one = rows[0] if len(rows) == 1 else None
    if one is not None:
        found += ["changes", *(["source"] if one.session_id is not None else [])]
    if not all(map(is_memory, rows)):
        if one is not None:
            found.append("open")
            if one.kind == "summary":
                found.append("reword")
        return found
    statuses = {row.status for row in rows}
    facts = all(row.field is None for row in rows)
    if tab == "conflicts" and one is not None:
        found += ["keep", "keep_both"]
    if statuses == {"pending"}:
        found += ["accept", "reject", "accept_kind"]
    if statuses <= _AWAY:
        found.append("restore")
    if statuses == {"active"}:
        found += ["archive", *([] if tab == "conflicts" and one is not None else ["forget"])]
        found += ["pin"] if facts else []
        found += ["merge"] if len(rows) > 1 else []
    if statuses <= {"active", "pending"}:
        found += ["kind"] if facts else []
        found += ["never"] if one is not None else []
    found += ["validity", "erase"]
    if one is not None:
        found.append("reword")
        found += ["edit"] if one.status == "active" and tab != "conflicts" else []
    return found


def why_not(action: str, rows: Sequence[MemoryRow], *, mark: str) -> str:
    """Why an action cannot be done with these rows, in a sentence; empty where nothing is to be said.

    Args:
        action: One of `ABOUT_ROWS`.
        rows: The marked ones, or the one under the cursor.
        mark: The key that marks a row.
    """
    if action not in ABOUT_ROWS:
        return ""
    if not rows:
        return "There is no row to do that with."
    if action in _ONE and len(rows) > 1:
        return f"That is done with one at a time, and {len(rows):,} are marked."
    if not all(map(is_memory, rows)):
        if action == "erase":
            return "What was made of a session goes when that is deleted, in the list of sessions."
        return "That is done with facts and profile fields, not with what was made of a session."
    if action == "source":
        return "No message is known that it rests on."
    statuses = {row.status for row in rows}
    if action in ("archive", "forget", "reject", "pin", "merge") and statuses != {"active"}:
        told = f"this is {STATUS_NAMES[rows[0].status]}" if len(rows) == 1 else "not all of these are"
        return f"That is done with what is in use, and {told}."
    if action == "merge":
        return f"It takes two to merge: {mark} marks them."
    if action in ("pin", "kind") and any(row.field is not None for row in rows):
        return "A profile field is in every request, and its type is always the same."
    if action == "accept_kind":
        return "That accepts what waits for you, and this does not."
    return "It was put away: restore it first."
