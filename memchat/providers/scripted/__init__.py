"""A model server that says what it is told to: for tests, demos and benchmarks.

It is a real HTTP server on loopback that speaks as much of the OpenAI protocol as memchat uses, from the standard
library alone. `python -m memchat.providers.scripted --help` runs it by itself.
"""

from memchat.providers.scripted.recorded import Json, Recorded
from memchat.providers.scripted.replies import (
    CallTool,
    Disconnect,
    Empty,
    Garbage,
    Hang,
    Reply,
    Rule,
    Say,
    SaySlowly,
    Status,
    StreamError,
)
from memchat.providers.scripted.server import ScriptedServer

__all__ = [
    "CallTool",
    "Disconnect",
    "Empty",
    "Garbage",
    "Hang",
    "Json",
    "Recorded",
    "Reply",
    "Rule",
    "Say",
    "SaySlowly",
    "ScriptedServer",
    "Status",
    "StreamError",
]
