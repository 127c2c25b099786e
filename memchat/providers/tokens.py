"""Counts tokens with o200k_base, from the data that comes with memchat and never from the network."""

import gzip
import hashlib
import zlib
from base64 import b64decode
from collections.abc import Iterator
from functools import cache
from importlib import resources
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tiktoken

_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
_BYTES_A_TOKEN = 3
_MOST_CHARACTERS = 50_000
"""Longer texts are counted in pieces: the split pattern's engine gives up on runs of some hundred thousand."""

_BREAK_WITHIN = 500
"""How far back from a piece's end a space or line break is looked for, so that the cut falls between words."""

# The split pattern and special tokens that OpenAI published with the encoding.
_PATTERN = "|".join(
    (
        r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
        r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
        r"""\p{N}{1,3}""",
        r""" ?[^\s\p{L}\p{N}]+[\r\n/]*""",
        r"""\s*[\r\n]+""",
        r"""\s+(?!\S)""",
        r"""\s+""",
    )
)
_LOADING = Lock()
_SPECIAL = {"<|endoftext|>": 199_999, "<|endofprompt|>": 200_018}


class TokenCounter:
    """Counts tokens; before it is loaded it estimates, a little too high for most texts."""

    def __init__(self) -> None:
        self._encoding: tiktoken.Encoding | None = None

    @property
    def ready(self) -> bool:
        """Whether counts are exact."""
        return self._encoding is not None

    def load(self) -> None:
        """Reads the encoding; the first time in a process takes about 0.3 seconds, so call it in a thread.

        Raises:
            RuntimeError: The data that came with memchat is damaged.
        """
        self._encoding = _load()

    def count(self, text: str) -> int:
        """How many tokens `text` is; what looks like a special token counts as the text that it is."""
        encoding = self._encoding
        if encoding is None:
            return estimate(text)
        return sum(len(encoding.encode_ordinary(piece)) for piece in _pieces(text))

    def rank(self, word: str) -> float:
        """How rare `word` is: its rank among the encoding's tokens, which is about that by frequency in many languages.

        Infinite for a word that is no token of its own; 0 before it is loaded.
        """
        encoding = self._encoding
        if encoding is None:
            return 0.0
        found = encoding.encode_ordinary(f" {word}")
        return float(found[0]) if len(found) == 1 else float("inf")


def _load() -> "tiktoken.Encoding":
    """The encoding, read once in a process: it takes some 80 MB."""
    with _LOADING:
        return _read()


@cache
def _read() -> "tiktoken.Encoding":
    packed = resources.files("memchat.providers").joinpath("data/o200k_base.tiktoken.gz").read_bytes()
    try:
        data = gzip.decompress(packed)
    except (OSError, EOFError, zlib.error):
        data = b""
    if hashlib.sha256(data).hexdigest() != _SHA256:
        raise RuntimeError("The tokenizer's data is damaged; install memchat again.")
    ranks = {b64decode(token): int(rank) for token, _, rank in (line.partition(b" ") for line in data.splitlines())}
    import tiktoken

    return tiktoken.Encoding("o200k_base", pat_str=_PATTERN, mergeable_ranks=ranks, special_tokens=_SPECIAL)


def estimate(text: str) -> int:
    """About how many tokens `text` is, without the encoding: a third of its UTF-8 bytes, rounded up."""
    return -(-len(text.encode("utf-8", "surrogatepass")) // _BYTES_A_TOKEN)


def _pieces(text: str) -> Iterator[str]:
    start = 0
    while len(text) - start > _MOST_CHARACTERS:
        end = start + _MOST_CHARACTERS
        cut = max(text.rfind(" ", end - _BREAK_WITHIN, end), text.rfind("\n", end - _BREAK_WITHIN, end))
        end = cut if cut > start else end
        yield text[start:end]
        start = end
    yield text[start:]
