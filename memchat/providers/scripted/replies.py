"""The replies that a scripted server can be told to give."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, eq=False)
class _Paced:
    """How a streamed reply is cut and when its pieces go out.

    Attributes:
        chunks: The pieces, or how many characters each has; none cuts after each word.
        delay: Seconds before each piece.
        gate: The stream is held until this is set, so that a test decides when it goes on.
        gate_after: How many pieces go out before the gate; 0 holds even the headers.
    """

    chunks: int | Sequence[str] | None = None
    delay: float = 0.0
    gate: asyncio.Event | None = None
    gate_after: int = 1


@dataclass(frozen=True, eq=False)
class Say(_Paced):
    """A reply with this text.

    Attributes:
        reasoning: Sent before the text, in `reasoning_field` of the deltas.
        usage: Prompt and completion tokens to report; none counts words.
    """

    text: str
    reasoning: str = ""
    reasoning_field: str = "reasoning_content"
    usage: tuple[int, int] | None = None
    finish_reason: str = "stop"


@dataclass(frozen=True, eq=False)
class SaySlowly:
    """A reply at a fixed rate that does not drift, in pieces (about tokens) a second."""

    text: str
    rate: float


@dataclass(frozen=True, eq=False)
class CallTool:
    """A call of a tool; `also` are further calls in the same reply.

    Attributes:
        arguments: JSON values, or the raw text where it shall not be JSON.
        text: Said before the call.
    """

    name: str
    arguments: Mapping[str, Any] | str
    also: Sequence["CallTool"] = ()
    text: str = ""
    id: str = ""


@dataclass(frozen=True, eq=False)
class Status:
    """An HTTP error. `retry_after` is the header's value: seconds or an HTTP date."""

    code: int
    message: str = "scripted error"
    retry_after: float | str | None = None
    kind: str = ""


@dataclass(frozen=True, eq=False)
class Hang:
    """Says `text` and then nothing more until the client goes away; without text not even headers."""

    text: str = ""


@dataclass(frozen=True, eq=False)
class Disconnect:
    """Says `text` and cuts the connection; `clean` ends it as if all were said."""

    text: str = ""
    clean: bool = False


@dataclass(frozen=True, eq=False)
class StreamError:
    """Says `text`, then an error object within the stream."""

    text: str
    message: str = "scripted stream error"
    code: int = 500


@dataclass(frozen=True, eq=False)
class Empty:
    """A reply without a word."""

    finish_reason: str = "stop"


@dataclass(frozen=True, eq=False)
class Garbage:
    """Status 200 and a body that is not of the protocol."""

    body: str = "<!doctype html><html><title>Welcome to nginx!</title></html>"
    content_type: str = "text/html"


Reply = Say | SaySlowly | CallTool | Status | Hang | Disconnect | StreamError | Empty | Garbage

Rule = Callable[[dict[str, Any]], Reply | Awaitable[Reply]]
"""Chooses the reply by the request's body."""


def pieces(text: str, chunks: int | Sequence[str] | None) -> Iterator[str]:
    """`text` as a stream's pieces, as `_Paced.chunks` says; without one, words with the space before them."""
    if chunks is None:
        yield from re.findall(r"\s*\S+|\s+$", text)
    elif isinstance(chunks, int):
        yield from (text[start : start + chunks] for start in range(0, len(text), chunks))
    else:
        yield from chunks
