"""The memory browser."""

from memchat.tui.screens.browser.base import Went
from memchat.tui.screens.browser.screen import BrowserScreen

__all__ = ["BrowserScreen", "Went"]
