"""What can be done with which rows."""

from collections.abc import Sequence

from memchat.core.browsing import MemoryRow
from memchat.tui.screens.browser.sight import Tab, is_memory

ABOUT_ROWS = frozenset(
    (
        *("edit", "accept", "keep", "restore", "open", "forget", "reject", "keep_both", "reword", "pin", "merge"),
        *("source", "archive", "kind", "validity", "erase", "mark_all", "never", "accept_kind", "changes"),
    )
)
"""The actions that not every row allows."""

IN_MENU = ABOUT_ROWS | {"mark", "add", "undo", "redo", "all_changes", "filters", "sort", "group", "details", "rules"}

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
