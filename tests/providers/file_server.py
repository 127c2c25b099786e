"""A real HTTP server that plays the package index and the hub, with their bad days."""

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Files:
    """What the server has, what it does wrong, and what it was asked.

    Attributes:
        bodies: Path to content.
        pages: Path to content type and page.
        heads: Path to what a HEAD of it answers: status and headers.
        statuses: Path to the statuses that its next requests get instead.
        cuts: Path to the bytes after which its next answers are cut off.
        hold: Path of which half is sent, and the rest once `go` is set.
        ranges: Whether it honours Range.
        asked: Each request's method, path and Range.
    """

    bodies: dict[str, bytes] = field(default_factory=dict)
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    heads: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    statuses: dict[str, list[int]] = field(default_factory=dict)
    cuts: dict[str, list[int]] = field(default_factory=dict)
    hold: str = ""
    held: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)
    ranges: bool = True
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    url: str = ""

    def gets(self, path: str) -> list[str]:
        """The Range of each GET of `path`, in order."""
        return [asked[2] for asked in self.asked if asked[:2] == ("GET", path)]

    def add_wheel(
        self, project: str, version: str, members: Mapping[str, bytes], *, json_page: bool = True, lie: bool = False
    ) -> str:
        """Puts a wheel with its index page up; with `lie`, the page gives a wrong hash. Its path."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        body = packed.getvalue()
        file = f"{project.replace('-', '_')}-{version}-py3-none-any.whl"
        path = f"/files/{file}"
        self.bodies[path] = body
        digest = hashlib.sha256(b"another" if lie else body).hexdigest()
        older = {"filename": file.replace(version, "0.0.1"), "url": "../../files/older.whl", "hashes": {}}
        if json_page:
            entry = {"filename": file, "url": f"../..{path}", "hashes": {"sha256": digest}, "size": len(body)}
            page = json.dumps({"meta": {"api-version": "1.1"}, "name": project, "files": [older, entry]})
            self.pages[f"/simple/{project}/"] = ("application/vnd.pypi.simple.v1+json", page)
        else:
            links = f'<a href="../../files/older.whl#sha256=0">{older["filename"]}</a><br/>\n'
            links += f'<a href="{self.url}{path}#sha256={digest}" data-requires-python="&gt;=3.9">{file}</a>'
            self.pages[f"/simple/{project}/"] = ("text/html; charset=utf-8", f"<!DOCTYPE html><body>{links}</body>")
        return path

    def add_hub_file(self, repository: str, file: str, body: bytes, *, etag: str | None = None) -> str:
        """Puts a file of the hub up, which redirects to its storage; the storage's path."""
        digest = hashlib.sha256(body).hexdigest() if etag is None else etag
        commit = "c" * 40
        headers = {"X-Repo-Commit": commit, "X-Linked-Size": str(len(body)), "Location": "/storage/blob"}
        if digest:
            headers["X-Linked-Etag"] = f'"{digest}"'
        for revision in ("main", commit):
            self.heads[f"/{repository}/resolve/{revision}/{file}"] = (302, headers)
        self.bodies["/storage/blob"] = body
        return "/storage/blob"


@contextmanager
def serving() -> Iterator[Files]:
    """A server on the loopback while the block runs."""
    files = Files()

    class Handler(_Handler):
        pass

    Handler.files = files
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    files.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield files
    finally:
        files.go.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    files: Files
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._note()
        status, headers = self.files.heads.get(self.path, (404, {}))
        self._start(status, {"Content-Length": "0", **headers})

    def do_GET(self) -> None:
        self._note()
        files = self.files
        if files.statuses.get(self.path):
            self._start(files.statuses[self.path].pop(0), {"Content-Length": "0"})
        elif self.path in files.heads:
            self._start(302, {"Content-Length": "0", "Location": files.heads[self.path][1]["Location"]})
        elif self.path in files.pages:
            kind, page = files.pages[self.path]
            self._start(200, {"Content-Type": kind, "Content-Length": str(len(page.encode()))})
            self.wfile.write(page.encode())
        elif self.path in files.bodies:
            self._send(files.bodies[self.path])
        else:
            self._start(404, {"Content-Length": "0"})

    def _send(self, body: bytes) -> None:
        files = self.files
        asked = self.headers.get("Range", "")
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and files.ranges else 0
        if start and start >= len(body):
            self._start(416, {"Content-Length": "0"})
            return
        rest = body[start:]
        self._start(206 if start else 200, {"Content-Length": str(len(rest))})
        if files.cuts.get(self.path):
            self.wfile.write(rest[: files.cuts[self.path].pop(0)])
            self.wfile.flush()
            self.close_connection = True
        elif files.hold == self.path and not files.go.is_set():
            self.wfile.write(rest[: len(rest) // 2])
            self.wfile.flush()
            files.held.set()
            files.go.wait()
            self.close_connection = True
        else:
            self.wfile.write(rest)

    def _note(self) -> None:
        self.files.asked.append((self.command, self.path, self.headers.get("Range", "")))

    def _start(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keeps the test's output clean."""
