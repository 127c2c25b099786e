"""What the model gets and what is remembered, live beside the chat."""

from memchat.tui.widgets.panels.panels import Panels
from memchat.tui.widgets.panels.section import PanelName

__all__ = ["PanelName", "Panels"]
