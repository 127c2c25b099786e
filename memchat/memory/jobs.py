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
