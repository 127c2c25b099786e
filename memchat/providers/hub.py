"""Files of the Hugging Face hub, or of a mirror of it."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from memchat.core.errors import ModelError
from memchat.providers.catalog import HubSource
from memchat.providers.download import Remote, refused, unreachable

if TYPE_CHECKING:
    from httpx2 import AsyncClient, Response

_DEFAULT = "https://huggingface.co"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_REDIRECTS = 4


def hub_url(environ: Mapping[str, str]) -> str:
    """The hub: `HF_ENDPOINT`, else huggingface.co."""
    return environ.get("HF_ENDPOINT", "").strip().rstrip("/") or _DEFAULT


async def find_file(http: "AsyncClient", hub: str, source: HubSource, sha256: str) -> Remote:
    """The file at the revision that the hub has now, with the size and hash that it says.

    Args:
        sha256: The expected hash; empty takes the hub's word.

    Raises:
        ModelError: The hub cannot be reached, does not have it, does not say its hash, or says another one.
    """
    response = await _head(http, _link(hub, source, source.revision))
    if response.is_error:
        raise refused(response)
    etag = response.headers.get("X-Linked-Etag", "").removeprefix("W/").strip('"').lower()
    said = etag if _SHA256.fullmatch(etag) else ""
    where = urlsplit(hub).hostname
    if sha256 and said and said != sha256:
        raise ModelError(f"{where} has another file than expected as {source.file}.", "Update memchat.")
    if not (sha256 or said):
        raise ModelError(f"{where} does not say the hash of {source.file}, so it cannot be checked.")
    size = response.headers.get("X-Linked-Size", "")
    commit = response.headers.get("X-Repo-Commit", "")
    revision = commit if re.fullmatch(r"[0-9a-f]{40}", commit) else source.revision
    return Remote(url=_link(hub, source, revision), size=int(size) if size.isdecimal() else 0, sha256=sha256 or said)


async def _head(http: "AsyncClient", url: str) -> "Response":
    """The hub's own answer, which has the hash; not that of the storage that it sends on to."""
    from httpx2 import HTTPError, InvalidURL

    for _ in range(_REDIRECTS):
        try:
            response = await http.head(url, follow_redirects=False)
        except (HTTPError, InvalidURL) as error:
            raise unreachable(url, error) from error
        target = response.headers.get("Location", "")
        renamed = response.is_redirect and "X-Linked-Etag" not in response.headers
        if not renamed or urlsplit(target).netloc not in {"", urlsplit(url).netloc}:
            return response
        url = urljoin(url, target)
    raise ModelError(f"{urlsplit(url).hostname} redirects in circles.")


def _link(hub: str, source: HubSource, revision: str) -> str:
    return f"{hub}/{source.repository}/resolve/{quote(revision, safe='')}/{quote(source.file)}"
