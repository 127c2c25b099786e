"""Runs what a model calls."""

import json
from collections.abc import Mapping
from typing import Any

from memchat.core.chat import ToolCall
from memchat.core.errors import MemchatError
from memchat.memory.quoting import one_line
from memchat.memory.tools.keeping import forget, remember_fact, set_profile, update_memory
from memchat.memory.tools.reading import recall_session, search_memory
from memchat.memory.tools.values import ToolContext, ToolResult, argument


async def run_tool(call: ToolCall, context: ToolContext) -> ToolResult:
    """Runs a call. Whatever is wrong with it is told to the model in a sentence, and nothing is raised for it."""
    try:
        arguments = json.loads(call.arguments or "{}")
    except ValueError:
        return ToolResult("The arguments are not JSON. Call again with a JSON object.")
    if not isinstance(arguments, dict):
        return ToolResult("The arguments are not a JSON object. Call again with one.")
    names = [tool.name for tool in context.offered]
    if call.name not in names:
        return ToolResult(f"There is no tool {one_line(call.name)[:40]!r}. There are {', '.join(names)}.")
    try:
        return await _run(call.name, arguments, context)
    except MemchatError as error:
        return ToolResult(str(error))


async def _run(name: str, arguments: Mapping[str, Any], context: ToolContext) -> ToolResult:
    match name:
        case "remember":
            return await remember_fact(argument(arguments, "text"), arguments.get("kind"), context)
        case "update_memory":
            return await update_memory(argument(arguments, "about"), argument(arguments, "text"), context)
        case "forget":
            return await forget(argument(arguments, "about"), context)
        case "set_profile":
            return await set_profile(argument(arguments, "field"), argument(arguments, "value"), context)
        case "search_memory":
            return await search_memory(argument(arguments, "query"), context)
        case _:
            return await recall_session(argument(arguments, "session"), context)
