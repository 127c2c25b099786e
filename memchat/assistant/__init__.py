"""The assistant: one turn is one stream of events, for the screen and the command line alike."""

from memchat.assistant.assistant import Assistant
from memchat.assistant.values import ModelChoice, ModelStatus, SessionView

__all__ = ["Assistant", "ModelChoice", "ModelStatus", "SessionView"]
