"""What embedders share: texts made fit to read, vectors made unit."""

from dataclasses import dataclass
from typing import Any

_MAX_CHARACTERS = 8192
"""Far more than 256 tokens of prose; keeps tokenizers from reading a megabyte for nothing."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A text to be found, with what was said before and after it, which tells what its words mean."""

    text: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Embedded:
    """What an embedder makes of a passage.

    Attributes:
        vector: Of the whole, little-endian float32, of length 1.
        tokens: Of each token the signs of its vector's numbers, a bit each; empty where the embedder tells no tokens.
    """

    vector: bytes
    tokens: bytes = b""


@dataclass(frozen=True, slots=True)
class Question:
    """What an embedder makes of a question.

    Attributes:
        vector: Of the whole, little-endian float32, of length 1.
        tokens: Of each token inside a word, one after the other; empty where the embedder tells no tokens.
        embedder_id: Whose it is, so that it is compared with vectors of the same embedder; empty where that is known.
    """

    vector: bytes
    tokens: bytes = b""
    embedder_id: str = ""


def unit(values: Any) -> bytes:
    """`values` at length 1 as little-endian float32; zeros stay zeros."""
    import numpy as np

    vector = np.asarray(values, dtype=np.float64)
    length = float(np.linalg.norm(vector))
    return (vector / (length if length > 0 else 1.0)).astype("<f4").tobytes()


def readable(text: str) -> str:
    """The start of `text` with its white space squeezed and lone surrogates replaced."""
    squeezed = " ".join(text[: 8 * _MAX_CHARACTERS].split())[:_MAX_CHARACTERS]
    return squeezed.encode("utf-8", "replace").decode("utf-8")
