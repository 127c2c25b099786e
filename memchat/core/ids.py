"""Identifiers: a letter that says the kind, then 12 random characters that are easy to read and type."""

import secrets
from typing import Literal

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u

IdKind = Literal[
    "session", "message", "memory", "summary", "change", "job", "turn", "batch", "conflict", "prefix", "rule"
]

_PREFIX: dict[IdKind, str] = {
    "session": "s",
    "message": "m",
    "memory": "f",
    "summary": "r",
    "change": "c",
    "job": "j",
    "turn": "t",
    "batch": "b",
    "conflict": "x",
    "prefix": "p",
    "rule": "n",
}


def new_id(kind: IdKind) -> str:
    """A new identifier with 60 random bits, such as `s4k0z9…` for a session."""
    return _PREFIX[kind] + "".join(secrets.choice(_ALPHABET) for _ in range(12))
