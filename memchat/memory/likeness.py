"""How alike a question and a text are by the vectors of their tokens.

Each token of the question looks for the one of the text that is nearest to it, and the mean of these similarities is
what the text answers ("late interaction", Khattab and Zaharia 2020, ColBERT). Of a text's vectors only the signs are
stored, which shrinks a similarity by about the square root of 2/π; that is undone. A quarter goes by the similarity of
the whole, which keeps texts down that have each word and mean something else.
"""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from memchat.providers.vectors import Question

_OF_THE_WHOLE = 0.25
_SHRUNK = 0.8


def likeness(question: "Question", tokens: Mapping[int, bytes], vectors: Mapping[int, bytes]) -> dict[int, float]:
    """How alike the question and each text are, about from 0 for what has nothing in common to 1, by key.

    Args:
        question: What the embedder made of it.
        tokens: The signs of the tokens' vectors of each text; of a text whose tokens are not known the vector counts.
        vectors: The vectors of those texts.
    """
    import numpy as np

    whole = np.frombuffer(question.vector, "<f4")
    found: dict[int, float] = {}
    fitting = {key: vector for key, vector in vectors.items() if len(vector) == len(question.vector)}
    if fitting:
        cosines = np.frombuffer(b"".join(fitting.values()), "<f4").reshape(len(fitting), -1) @ whole
        found = {key: float(cosine) for key, cosine in zip(fitting, cosines, strict=True)}
    row = -(-len(whole) // 8)
    known = {key: signs for key, signs in tokens.items() if signs and len(signs) % row == 0}
    if not question.tokens or not known:
        return found
    asked = np.frombuffer(question.tokens, "<f4").reshape(-1, len(whole))
    return found | _late(asked, whole, known, row)


def _late(asked: Any, whole: Any, tokens: Mapping[int, bytes], row: int) -> dict[int, float]:
    import numpy as np

    lengths = np.array([len(signs) // row for signs in tokens.values()])
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    bits = np.frombuffer(b"".join(tokens.values()), np.uint8).reshape(-1, row)
    signs = np.unpackbits(bits, axis=1)[:, : len(whole)].astype(np.float32) * 2 - 1
    nearest = np.maximum.reduceat(asked @ signs.T / math.sqrt(len(whole)), starts, axis=1).mean(axis=0) / _SHRUNK
    sums = np.add.reduceat(signs, starts, axis=0)
    cosines = sums @ whole / np.maximum(np.linalg.norm(sums, axis=1), 1e-9)
    alike = (1 - _OF_THE_WHOLE) * nearest + _OF_THE_WHOLE * cosines
    return {key: float(value) for key, value in zip(tokens, alike, strict=True)}
