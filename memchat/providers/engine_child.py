"""The built-in engine's own process: llama.cpp's OpenAI-compatible server on the loopback.

Started by `memchat.providers.engine` as `python -m memchat.providers.engine_child`. It reads one line of JSON from
stdin (what to serve), answers one line on stdout (where, or what failed), and ends when stdin does: the pipe closes
when the parent ends, however it ends.
"""

import contextlib
import ctypes
import http.client
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

_PR_SET_PDEATHSIG = 1
_HEALTH_SECONDS = 120.0
_LOG_SECONDS = 0.3
"""How long the library's logging thread gets to write why it failed."""


def main() -> None:
    """Serves until the parent is gone."""
    answer = _private_stdout()
    order: dict[str, Any] = json.loads(_first_line())
    _die_with_parent(int(order["parent"]))
    try:
        server = _serve(order)
        window = _healthy(server.listening_address, order)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
        time.sleep(_LOG_SECONDS)
        _say(answer, {"error": str(error) or type(error).__name__})
        os._exit(1)
    _say(answer, {"url": f"{server.listening_address}/v1", "window": window})
    threading.Event().wait()


def _serve(order: Mapping[str, Any]) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = order["path"]
    params.model_alias = {order["name"]}
    # Each slot has its own half of the cache: a summary that is made meanwhile does not push the chat's prompt out.
    params.n_parallel = order["slots"]
    params.n_ctx = order["slots"] * order["context"]
    params.kv_unified = False
    params.cache_prompt = True
    # Where a slot is taken over all the same, its prompt is put by and brought back instead of being read again.
    params.cache_ram_mib = order["put_by_mib"]
    params.check_tensors = False  # the file's hash was checked
    params.cpuparams.n_threads = order["threads"]
    params.verbosity = 1  # errors only
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [order["key"]]
    params.ui = False
    params.endpoint_slots = False
    params.offline = True
    return xllamacpp.Server(params)


def _healthy(address: str, order: Mapping[str, Any]) -> int:
    """Waits until the server answers; the window of one conversation as it is served, in tokens."""
    where = urlsplit(address)
    deadline = time.monotonic() + _HEALTH_SECONDS
    while True:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if _get(where, "/health", order["key"])[0] == 200:
                break
        if time.monotonic() > deadline:
            raise TimeoutError("it did not become healthy")
        time.sleep(0.05)
    listed = json.loads(_get(where, "/v1/models", order["key"])[1])
    served = int(listed["data"][0].get("meta", {}).get("n_ctx") or order["context"])
    return min(served, int(order["context"]))


def _get(where: SplitResult, path: str, key: str) -> tuple[int, bytes]:
    # Not urllib: that would ask a proxy for the loopback.
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=5)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _private_stdout() -> int:
    """Keeps stdout for the one answer: what the library prints goes to stderr."""
    answer = os.dup(1)
    os.dup2(2, 1)
    return answer


def _say(answer: int, message: Mapping[str, Any]) -> None:
    os.write(answer, json.dumps(message).encode() + b"\n")
    os.close(answer)


def _first_line() -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(0, 65_536)
        if not piece:
            os._exit(0)
        line += piece
    return line


def _die_with_parent(parent: int) -> None:
    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 1024):
                pass
        os._exit(0)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()
    if sys.platform == "linux":
        # Besides the pipe: it ends the process even while the library holds the interpreter.
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(5)  # typing stays smooth while it answers


if __name__ == "__main__":
    main()
