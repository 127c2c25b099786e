"""The jobs that a turn and a session's end cause."""

from memchat.store.values import NewJob


def fold_job(session_id: str, window: int) -> NewJob:
    """Folds the session's buffer, where it is due for the chat model's `window` in tokens."""
    return NewJob(kind="fold", payload={"session_id": session_id, "window": window}, key=f"fold:{session_id}")


def session_summary_job(session_id: str) -> NewJob:
    """Writes what the finished session came to."""
    return NewJob(kind="session_summary", payload={"session_id": session_id}, key=f"session_summary:{session_id}")


def title_job(session_id: str) -> NewJob:
    """Names the session after its first exchange."""
    return NewJob(kind="title", payload={"session_id": session_id}, key=f"title:{session_id}")


def learn_job(session_id: str) -> NewJob:
    """Reads what the user said in the session since it was last read."""
    return NewJob(kind="learn", payload={"session_id": session_id}, key=f"learn:{session_id}")


def consolidate_job() -> NewJob:
    """Merges near-duplicates, and looks for what recurs and what contradicts."""
    return NewJob(kind="consolidate", payload={}, key="consolidate")


def tidy_job() -> NewJob:
    """Lets go of what is stale, too much, or kept for long enough."""
    return NewJob(kind="tidy", payload={}, key="tidy")
