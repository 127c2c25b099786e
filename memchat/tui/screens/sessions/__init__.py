"""The sessions: find one, look into it, open, rename, tag, file away, fork, export or delete it."""

from memchat.tui.screens.sessions.base import Picked
from memchat.tui.screens.sessions.screen import SessionsScreen

__all__ = ["Picked", "SessionsScreen"]
