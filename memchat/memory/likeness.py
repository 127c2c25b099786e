"""How alike a question and a text are by the vectors of their tokens.

Each token of the question looks for the one of the text that is nearest to it, and the mean of these similarities is
what the text answers ("late interaction", Khattab and Zaharia 2020, ColBERT). Of a text's vectors only the signs are
stored, which shrinks a similarity by about the square root of 2/π; that is undone. A quarter goes by the similarity of
the whole, which keeps texts down that have each word and mean something else.
"""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memchat.providers.vectors import Question

_OF_THE_WHOLE = 0.25
_SHRUNK = 0.8

_AT_ONCE = 1_024
"""How many tokens are compared at a time, so that what is in hand stays in the processor's cache."""


def likeness(question: "Question", tokens: Mapping[int, bytes], wholes: Mapping[int, float]) -> dict[int, float]:
    """How alike the question and each text are, about from 0 for what has nothing in common to 1, by key.

    Args:
        question: What the embedder made of it.
        tokens: The signs of the tokens' vectors of those texts whose tokens are known.
        wholes: The cosines of all texts; of a text whose tokens are not known this alone counts.
    """
    import numpy as np

    found = dict(wholes)
    size = len(question.vector) // 4
    row = -(-size // 8)
    known = [(key, signs) for key, signs in tokens.items() if key in wholes and signs and len(signs) % row == 0]
    if not question.tokens or not known:
        return found
    asked = np.frombuffer(question.tokens, "<f4").reshape(-1, size)
    starts = np.cumsum([0, *(len(signs) // row for _, signs in known[:-1])])
    bits = np.frombuffer(b"".join(signs for _, signs in known), np.uint8).reshape(-1, row)
    products = np.empty((len(asked), len(bits)), np.float32)
    for first in range(0, len(bits), _AT_ONCE):
        above = np.unpackbits(bits[first : first + _AT_ONCE], axis=1, count=size).astype(np.float32)
        np.matmul(asked, above.T, out=products[:, first : first + _AT_ONCE])
    # With signs of 1 and -1 the product is twice that with bits of 1 and 0, less the sum of the question's numbers.
    nearest = 2 * np.maximum.reduceat(products, starts, axis=1) - asked.sum(axis=1, keepdims=True)
    late = nearest.mean(axis=0) / math.sqrt(size) / _SHRUNK
    for (key, _), alike in zip(known, late.tolist(), strict=True):
        found[key] = (1 - _OF_THE_WHOLE) * alike + _OF_THE_WHOLE * wholes[key]
    return found
