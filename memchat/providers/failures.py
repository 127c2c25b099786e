"""Failures of a call, told as a sentence that names the next step."""

import re
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from memchat.core.errors import ModelError
from memchat.providers.endpoints import Endpoint
from memchat.providers.retry import RETRIED_STATUSES, retry_after

_CONTEXT = re.compile(
    r"context.{0,12}(length|window|size)|maximum context|exceed.{0,40}context|too many tokens|prompt is too long|n_ctx",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"model.{0,80}(not found|not exist|does not exist|unknown|not a valid|not available)|no such model", re.IGNORECASE
)
_QUOTA = re.compile(r"insufficient_quota|exceeded your current quota|billing|credit", re.IGNORECASE)
_KEYLIKE = re.compile(r"\b(sk|key|pk|gsk|xai|Bearer)[-_ ][\w*.\-]{8,}")


def is_about_context(said: str) -> bool:
    """Whether a server's message says that the request is too long for its window."""
    return bool(_CONTEXT.search(said))


def is_about_model(failure: "CallFailed") -> bool:
    """Whether the server refused the model's name, or may have."""
    return failure.status == 404 or (failure.status in {400, 422} and bool(_NO_MODEL.search(failure.detail)))


class CallFailed(ModelError):
    """One attempt of a call failed.

    Args:
        reason: A few words for the countdown to the next attempt.
        again: Whether the attempt is made again by itself.
        retry_after: Seconds that the server asked to wait.
        detail: What the server said, for adapting the request to it.
    """

    def __init__(
        self,
        sentence: str,
        next_step: str = "",
        *,
        on_screen: str | None = None,
        reason: str = "",
        status: int | None = None,
        again: bool = False,
        retryable: bool | None = None,
        retry_after: float | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(
            sentence,
            next_step,
            on_screen=on_screen,
            status=status,
            retryable=again if retryable is None else retryable,
        )
        self.reason = reason or sentence
        self.again = again
        self.retry_after = retry_after
        self.detail = detail


def from_status(
    endpoint: Endpoint, model: str, status: int, body: Any, headers: Mapping[str, str] | None = None
) -> CallFailed:
    """The failure that an HTTP status tells, or an error object within a stream."""
    said = server_message(body, endpoint.api_key)
    asked = retry_after(headers or {})
    where = endpoint.name
    if status == 401 or (status == 403 and "key" in said.lower()):
        return CallFailed(*_key_refused(endpoint), status=status, detail=said)
    if is_about_context(said) and status in {400, 413, 422, 500}:
        return CallFailed(
            f"The request is longer than the context window of {model}: {said}.",
            "Set model.window to its size, start a new session, or pick a model with a larger window (ctrl+o, or -m).",
            status=status,
            detail=said,
        )
    if status == 402 or (status == 429 and _QUOTA.search(said)):
        return CallFailed(
            f"The account at {where} has no quota left.",
            "Check its plan and billing, or pick another model (ctrl+o, or -m).",
            status=status,
            detail=said,
        )
    quoted = f": {said}." if said else "."
    if status == 404 and not model:
        return CallFailed(
            f"{where} does not have the page that lists its models{quoted}",
            "Check the end of the base URL, by most servers' manuals /v1; or name the model with -m.",
            status=status,
            detail=said,
        )
    if status == 404:
        return CallFailed(
            f"{where} does not know the model {model} or the page it was asked for{quoted}",
            "Pick another model (ctrl+o, or -m), and check the end of the base URL, by most servers' manuals /v1.",
            status=status,
            detail=said,
        )
    if status in RETRIED_STATUSES:
        busy = status in {429, 503}
        reason = f"{where} is busy ({status})" if busy else f"{where} failed ({status})"
        return CallFailed(
            f"{reason}{quoted}",
            _after(asked) or "Try again in a moment, or pick another model (ctrl+o, or -m).",
            reason=reason,
            status=status,
            again=True,
            retry_after=asked,
            detail=said,
        )
    return CallFailed(
        f"{where} refused the request ({status}){quoted}",
        "Check the model and its settings (memchat config show), or pick another model (ctrl+o, or -m).",
        status=status,
        detail=said,
    )


def _after(seconds: float | None) -> str:
    if not seconds:
        return ""
    size = f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"
    return f"It asks to wait {size} before the next try."


def _key_refused(endpoint: Endpoint) -> tuple[str, str]:
    source = endpoint.key_source or "its setting"
    if not endpoint.api_key:
        return (
            f"{endpoint.name} asks for an API key and none is set.",
            f"Set {endpoint.key_source or 'the key'} or enter one in the model picker (ctrl+o in the chat).",
        )
    return (
        f"{endpoint.name} refused the API key from {source}.",
        "Correct it there or enter another in the model picker (ctrl+o in the chat).",
    )


def from_network(endpoint: Endpoint, error: BaseException) -> CallFailed:
    """The failure that the network library tells, before any answer came."""
    causes = list(_chain(error))
    kinds = {type(cause).__name__ for cause in causes}
    words = " ".join(str(cause) for cause in causes)
    url = endpoint.base_url
    if any(isinstance(cause, ssl.SSLError) for cause in causes) or "CERTIFICATE" in words or "SSL" in words:
        return CallFailed(
            f"The secure connection to {url} failed: {_first_line(words)}.",
            "Check the address (http or https) and the clock; SSL_CERT_FILE names further authorities.",
        )
    if any(isinstance(cause, socket.gaierror) for cause in causes) or "Name or service not known" in words:
        return CallFailed(
            f"The address {url} cannot be found.",
            "Check its spelling and the network connection.",
            reason="the address is not found",
            again=True,
        )
    if "ConnectTimeout" in kinds or "PoolTimeout" in kinds:
        return CallFailed(
            f"{url} does not take the connection.",
            "Check that it runs and that no firewall stands between; model.connect_seconds is the wait.",
            reason="no connection",
            again=True,
        )
    if "ConnectError" in kinds:
        step = "Is it running? Start it" if endpoint.local else "Check the address and the network"
        return CallFailed(
            f"Nothing answers at {url}.",
            f"{step}, or pick another model (ctrl+o, or -m).",
            reason=f"nothing answers at {url}",
            again=True,
        )
    return CallFailed(
        f"The connection to {endpoint.name} broke.",
        "Try again; if it stays so, look at the server's own log.",
        reason="the connection broke",
        again=True,
    )


def unknown_model(endpoint: Endpoint, model: str, near: Sequence[str], failure: CallFailed) -> CallFailed:
    """The server has other models than the one that it was asked for.

    Args:
        near: Names that it has, the likeliest first.
    """
    hint = f"It has {', '.join(near)}. " if near else "It lists none. "
    return CallFailed(
        f"{endpoint.name} has no model named {model}.",
        f"{hint}Pick one: memchat models use NAME, or -m.",
        on_screen=f"{hint}Pick one with ctrl+o.",
        status=failure.status,
        detail=failure.detail,
    )


def silent(endpoint: Endpoint, seconds: float) -> CallFailed:
    """The server took the request and says nothing."""
    return CallFailed(
        f"{endpoint.name} said nothing for {seconds:.3g} seconds.",
        "Try again, or raise model.silence_seconds if it is only slow.",
        retryable=True,
    )


def cut_off(endpoint: Endpoint) -> CallFailed:
    """The stream ended before the reply did."""
    return CallFailed(
        f"The reply of {endpoint.name} was cut off.",
        "Try again; what came is kept.",
        reason="the reply was cut off",
        again=True,
    )


def not_the_protocol(endpoint: Endpoint, content_type: str) -> CallFailed:
    """A page instead of a reply."""
    kind = "a web page" if "html" in content_type else "something that is not a chat reply"
    return CallFailed(
        f"{endpoint.base_url} answered with {kind}.",
        "Check the base URL: it must be that of an OpenAI-compatible server, mostly ending in /v1.",
    )


def server_message(body: Any, secret: str) -> str:
    """What a server said about an error, on one short line and without the key."""
    for name in ("error", "message", "detail"):
        if isinstance(body, Mapping) and body.get(name):
            body = body[name]
    words = body if isinstance(body, str) else ("" if body is None else str(body))
    if "<html" in words.lower() or "<!doctype" in words.lower():
        return ""
    if secret:
        words = words.replace(secret, "[key]")
    words = _KEYLIKE.sub("[key]", words)
    words = " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())
    return (words if len(words) <= 240 else words[:239] + "…").rstrip(" .")


def _first_line(words: str) -> str:
    return words.strip().splitlines()[0][:160].rstrip(" .") if words.strip() else "no reason given"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(error, BaseExceptionGroup):
            yield from error.exceptions
        error = error.__cause__ or error.__context__
