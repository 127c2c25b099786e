"""What the browser says where it shows nothing."""

from memchat.tui.screens.browser.sight import Catalogue, Sight, Tab
from memchat.tui.text import counted

_TAUGHT: dict[Tab, str] = {
    "active": (
        "Nothing is remembered yet.\n\n"
        "Tell the assistant about yourself, and what will matter later is kept after its answer. "
        "“Remember that …” or /remember keeps something at once, and {add} here adds it by hand. "
        "All of it stands in this table, with where it is from, and can be changed and undone."
    ),
    "pending": "Nothing waits for your review.\n\nWhat memchat is not sure of comes here before it is used.",
    "conflicts": "Nothing contradicts.\n\n/consolidate looks for what does.",
    "archived": (
        "Nothing is archived.\n\nWhat was never used goes here after a while: out of recall, and easy to bring back."
    ),
    "superseded": "Nothing is past yet.\n\nWhat was true once stays here when something newer takes its place.",
    "forgotten": "Nothing was forgotten.\n\nWhat you forget can be brought back from here; what you erase cannot.",
    "all": "Nothing is remembered yet.",
}


def sentence(sight: Sight, catalogue: Catalogue, elsewhere: int, *, add: str, filters: str, close: str) -> str:
    """Says why there is nothing, and what to do about it.

    Args:
        sight: How the table is looked at.
        catalogue: All rows.
        elsewhere: How many rows fit in the other lists.
        add: The key that adds a memory.
        filters: The key of the filters.
        close: The key that empties the box before it closes.
    """
    if not sight.filtered or not catalogue.rows:
        return _TAUGHT[sight.tab].format(add=add)
    said = [f"Nothing here has these words. {close} takes them away." if sight.words else "Nothing here is like that."]
    if elsewhere:
        said.append(f"{counted(elsewhere, 'row')} in the other lists: shift+tab goes to all of them.")
    if sight.filters:
        said.append(f"Shown is only what is {', '.join(sight.filters)}; {filters} changes that.")
    return "\n\n".join(said)
