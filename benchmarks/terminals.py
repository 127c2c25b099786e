"""Programs on a pseudo-terminal, as a person would run them; POSIX only."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType


class Terminal:
    """A child process on a pty; what it writes is kept as bytes.

    Args:
        command: The program with its arguments.
        environ: Added to this process's environment.
        size: Columns and rows.
    """

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str] | None = None, size: tuple[int, int] = (120, 40)
    ) -> None:
        columns, rows = size
        self.started = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": "xterm-256color", "COLORTERM": "truecolor"})
            os.environ.update({"COLUMNS": str(columns), "LINES": str(rows)})
            os.environ.update(environ or {})
            os.execvp(command[0], list(command))
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.output = b""

    def send(self, text: str) -> float:
        """Types `text`; gives the moment on the monotonic clock."""
        moment = time.monotonic()
        os.write(self.fd, text.encode())
        return moment

    def read(self, seconds: float) -> bool:
        """Takes in what comes within `seconds`; false when the program has ended."""
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:
            return False
        self.output += data
        return bool(data)

    def wait(self, needle: str, timeout: float = 60.0) -> float:
        """Waits until `needle` was written since the last `clear`; gives the moment.

        Raises:
            TimeoutError: It did not come.
        """
        wanted, end = needle.encode(), time.monotonic() + timeout
        while wanted not in self.output:
            if time.monotonic() > end or not self.read(0.05):
                raise TimeoutError(f"{needle!r} never came; the last output: {self.output[-2000:]!r}")
        return time.monotonic()

    def clear(self) -> None:
        """Forgets what was written so far."""
        self.output = b""

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)
