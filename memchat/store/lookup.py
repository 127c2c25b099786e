"""Finding a stored thing by its id or the beginning of it."""

from typing import Literal

import apsw

from memchat.core.errors import NotFound
from memchat.store.sql import rows, storable, value

_LISTED = {"sessions": ("memchat sessions", "/sessions"), "memories": ("memchat memory", "f6")}


def number_of(db: apsw.Connection, table: Literal["sessions", "memories"], given: str) -> int:
    """The number of the one row whose id is `given`, or alone begins with it.

    Raises:
        NotFound: There is none, or there are several.
    """
    given = storable(given)
    exact = value(db, f"SELECT number FROM {table} WHERE id = ?", given)
    if exact is not None:
        return int(exact)
    word = "session" if table == "sessions" else "memory"
    command, on_screen = _LISTED[table]
    # What lists show comes first: the values of the profile have a list of their own.
    aside = "field" if table == "memories" else "NULL"
    begins = list(
        rows(
            db,
            f"SELECT number, id, {aside} AS field FROM {table} WHERE id > ? AND id < ? "
            "ORDER BY field IS NOT NULL LIMIT 4",
            given,
            given + "\U0010ffff",
        )
        if given
        else ()
    )
    if not begins:
        raise NotFound(
            f"No {word} has the id {given!r}.", f"List them with `{command}`.", on_screen=f"List them with {on_screen}."
        )
    if len(begins) > 1:
        some = ", ".join(f"{found} (profile {field})" if field else found for _, found, field in begins[:3])
        raise NotFound(f"Several {word} ids begin with {given!r}, such as {some}.", "Give more of the id.")
    return int(begins[0][0])


def message_number(db: apsw.Connection, message_id: str) -> int:
    """The number of a message.

    Raises:
        NotFound: There is none with that id.
    """
    number = value(db, "SELECT number FROM messages WHERE id = ?", message_id)
    if number is None:
        raise NotFound(f"No message has the id {message_id!r}.", "It may have been erased.")
    return int(number)
