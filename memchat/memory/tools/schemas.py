"""The tools as a chat model is told of them; they go with every request, so they are short."""

from collections.abc import Mapping, Sequence
from typing import Any

from memchat.core.chat import Tool
from memchat.core.kinds import MEMORY_KINDS


def _tool(name: str, description: str, properties: Mapping[str, Any], required: Sequence[str]) -> Tool:
    parameters = {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }
    return Tool(name=name, description=description, parameters=parameters)


_TEXT = {"type": "string"}

_REMEMBER = _tool(
    "remember",
    "Save one lasting fact that the user states in their newest message, when they ask for it or when it will matter "
    "in later conversations. Never save what only stands in a recalled block.",
    {
        "text": {"type": "string", "description": "The fact in one short sentence, as the user said it."},
        "kind": {"type": "string", "enum": list(MEMORY_KINDS)},
    },
    ["text"],
)
_UPDATE = _tool(
    "update_memory",
    "Correct a saved fact, when the user's newest message says that it is wrong or has changed.",
    {
        "about": {"type": "string", "description": "The saved fact, in words that it has."},
        "text": {"type": "string", "description": "What holds now, in one short sentence."},
    },
    ["about", "text"],
)
_FORGET = _tool(
    "forget",
    "Propose to forget a saved fact, when the user asks for that; the user confirms it.",
    {"about": {"type": "string", "description": "The saved fact, in words that it has."}},
    ["about"],
)
_SET_PROFILE = _tool(
    "set_profile",
    "Set a field of the user's profile to what they say about themselves in their newest message. Fields: name, "
    "preferred_language, occupation, location, timezone, goals, communication_style, and the user's own.",
    {"field": _TEXT, "value": {"type": "string", "description": "One short line."}},
    ["field", "value"],
)
_SEARCH = _tool(
    "search_memory",
    "Search earlier conversations and saved facts, when the recalled block does not have what the user asks about.",
    {"query": {"type": "string", "description": "A few words that would be in what is looked for."}},
    ["query"],
)
_RECALL_SESSION = _tool(
    "recall_session",
    "Read how an earlier conversation went.",
    {"session": {"type": "string", "description": "Its id, title or date."}},
    ["session"],
)

TOOLS: tuple[Tool, ...] = (_REMEMBER, _UPDATE, _FORGET, _SET_PROFILE, _SEARCH, _RECALL_SESSION)
"""All of them."""

READING_TOOLS: tuple[Tool, ...] = (_SEARCH, _RECALL_SESSION)
"""Those that keep nothing, for incognito sessions."""
