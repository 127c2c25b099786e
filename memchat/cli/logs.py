"""The log file, set up in this one place: nothing is opened until there is something to write."""

import logging
import os
from io import TextIOWrapper
from logging import LogRecord
from pathlib import Path

_BYTES = 1_000_000
_FILES = 3
_FORMAT = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"


class LazyFile(logging.Handler):
    """Writes to a rotating file, made with mode 0600 when the first record comes.

    A record that cannot be written is dropped: a full disk must not stop a conversation.
    """

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file
        self._handler: logging.Handler | None = None

    def emit(self, record: LogRecord) -> None:
        try:
            if self._handler is None:
                self._handler = self._open()
            self._handler.handle(record)
        except OSError:
            return

    def close(self) -> None:
        if self._handler is not None:
            self._handler.close()
        super().close()

    def _open(self) -> logging.Handler:
        from logging.handlers import RotatingFileHandler

        class OwnersOnly(RotatingFileHandler):
            def _open(self) -> TextIOWrapper:
                os.close(os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT, 0o600))
                return super()._open()

            def handleError(self, record: LogRecord) -> None:  # noqa: N802 - the standard library's name
                """Says nothing: the default prints a traceback over the screen."""

        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = OwnersOnly(self._file, maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8")
        handler.setFormatter(logging.Formatter(_FORMAT))
        return handler


def begin(file: Path) -> None:
    """Sends the program's log to `file`, and other libraries' warnings with it."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, LazyFile)]:
        root.removeHandler(handler)
        handler.close()
    root.addHandler(LazyFile(file))
    root.setLevel(logging.WARNING)
    logging.getLogger("memchat").setLevel(logging.INFO)
    logging.captureWarnings(capture=True)
