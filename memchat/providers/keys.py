"""API keys: in the operating system's keyring where there is one that works, else in a file only its owner reads."""

import contextlib
import os
import queue
import tempfile
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from memchat.core.errors import ConfigError
from memchat.paths import Paths

_SERVICE = "memchat"
_SECONDS = 4.0

Value = TypeVar("Value")


class Keys:
    """The API keys by endpoint name. Its methods may take moments: call them off the event loop's thread.

    Args:
        paths: Where the file is.
        seconds: How long the keyring may take, for some wait for a prompt that nobody sees; after the first time-out
            it is left alone.
    """

    def __init__(self, paths: Paths, *, seconds: float = _SECONDS) -> None:
        self._file = paths.keys_file
        self._seconds = seconds
        self._usable: bool | None = None
        self._problem = ""

    def get(self, endpoint_name: str) -> str | None:
        """The key of that endpoint, from the keyring or else from the file; none when neither has it.

        Raises:
            ConfigError: The file cannot be read.
        """
        kept = self._in_keyring(lambda: _keyring_get(endpoint_name), None)
        return kept or self._read().get(endpoint_name)

    def set(self, endpoint_name: str, key: str) -> None:
        """Stores a key, in place of the former one.

        Raises:
            ConfigError: The file cannot be written.
        """
        stored = self._in_keyring(lambda: _keyring_set(endpoint_name, key), default=False)
        kept = self._read()
        if stored and endpoint_name not in kept:
            return
        kept.pop(endpoint_name, None)
        if not stored:
            kept[endpoint_name] = key
        self._write(kept)

    def delete(self, endpoint_name: str) -> None:
        """Forgets a key wherever it is; nothing happens when there is none.

        Raises:
            ConfigError: The file cannot be written.
        """
        self._in_keyring(lambda: _keyring_delete(endpoint_name), None)
        kept = self._read()
        if kept.pop(endpoint_name, None) is not None:
            self._write(kept)

    def backend(self) -> str:
        """Where new keys go, in words: the keyring's name, or the file's path and why."""
        name = self._in_keyring(_keyring_name, "")
        if name:
            return f"keyring ({name})"
        return f"file {self._file} ({self._problem or 'no keyring on this system'})"

    def _in_keyring(self, action: Callable[[], Value], default: Value) -> Value:
        """Runs `action` in a thread of its own; `default` when there is no keyring, or it fails or is too slow."""
        if self._usable is False:
            return default
        answers: queue.SimpleQueue[tuple[Value | None, str]] = queue.SimpleQueue()

        def run() -> None:
            try:
                answers.put((action() if _keyring_name() else None, "" if _keyring_name() else "none"))
            except Exception as error:  # noqa: BLE001 any backend may fail in its own way, and the file takes over
                answers.put((None, f"the keyring failed: {type(error).__name__}"))

        threading.Thread(target=run, name="memchat-keyring", daemon=True).start()
        try:
            value, problem = answers.get(timeout=self._seconds)
        except queue.Empty:
            value, problem = None, f"the keyring did not answer in {self._seconds:g} seconds"
        if problem:
            self._usable = False
            self._problem = "" if problem == "none" else problem
            return default
        self._usable = True
        return default if value is None else value

    def _read(self) -> dict[str, str]:
        try:
            values = tomllib.loads(self._file.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise ConfigError(f"The keys in {self._file} cannot be read.", "Mend or remove that file.") from error
        return {name: key for name, key in values.items() if isinstance(key, str)}

    def _write(self, values: dict[str, str]) -> None:
        import tomlkit

        document = tomlkit.document()
        document.add(tomlkit.comment("API keys by endpoint, for want of a keyring."))
        for name, key in sorted(values.items()):
            document.add(name, tomlkit.item(key))
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(self._file, tomlkit.dumps(document))
        except OSError as error:
            raise ConfigError(
                f"The key cannot be written to {self._file}: {error.strerror or error}.",
                "Make room or give yourself access to it, then try again.",
            ) from error


def _replace(target: Path, text: str) -> None:
    """Writes a file that nobody else can read at any moment (mkstemp makes it 0600), whole or not at all."""
    handle, name = tempfile.mkstemp(prefix=".keys-", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _keyring_name() -> str:
    """The name of a keyring that keeps things; empty for those that fail, keep nothing, or are plain text files."""
    import keyring

    found = keyring.get_keyring()
    module = type(found).__module__
    if module.startswith(("keyring.backends.fail", "keyring.backends.null")) or "alt.file" in module:
        return ""
    if module.startswith("keyring.backends.chainer") and not getattr(found, "backends", ()):
        return ""
    return str(found.name)


def _keyring_get(name: str) -> str | None:
    import keyring

    return keyring.get_password(_SERVICE, name)


def _keyring_set(name: str, key: str) -> bool:
    """Whether the keyring took the key and gives it back."""
    import keyring

    keyring.set_password(_SERVICE, name, key)
    return keyring.get_password(_SERVICE, name) == key


def _keyring_delete(name: str) -> None:
    import keyring
    from keyring.errors import PasswordDeleteError

    with contextlib.suppress(PasswordDeleteError):
        keyring.delete_password(_SERVICE, name)
