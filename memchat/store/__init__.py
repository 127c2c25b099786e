"""The database: the only room that speaks SQL.

`Store` is one SQLite file behind an async façade; it is loaded when it is first asked for.
"""

from typing import TYPE_CHECKING, Any

from memchat.store.values import (
    BufferSpan,
    FailedJob,
    Hit,
    IndexCounts,
    IndexedItem,
    Job,
    JobKind,
    ModelFacts,
    NewJob,
    Span,
)

if TYPE_CHECKING:
    from memchat.store.store import Store

__all__ = [
    "BufferSpan",
    "FailedJob",
    "Hit",
    "IndexCounts",
    "IndexedItem",
    "Job",
    "JobKind",
    "ModelFacts",
    "NewJob",
    "Span",
    "Store",
]


def __getattr__(name: str) -> Any:
    if name == "Store":
        from memchat.store.store import Store

        return Store
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
