"""The memory as functions that a chat model may call."""

from memchat.memory.tools.running import run_tool
from memchat.memory.tools.schemas import READING_TOOLS, TOOLS
from memchat.memory.tools.values import ToolContext, ToolResult

__all__ = ["READING_TOOLS", "TOOLS", "ToolContext", "ToolResult", "run_tool"]
