"""Vectors that share directions where texts share words: enough for a test to see meaning found."""

import base64
import hashlib
import math
import struct
from collections.abc import Sequence

from memchat.providers.scripted.recorded import Json

DIMENSIONS = 64


def embed(text: str) -> list[float]:
    """A vector of length 1 that depends on nothing but the words of `text`."""
    vector = [0.0] * DIMENSIONS
    for word in text.lower().split():
        digest = hashlib.sha256(word.strip(".,;:!?\"'()").encode()).digest()
        for position in range(0, 16, 2):
            vector[digest[position] % DIMENSIONS] += 1.0 if digest[position + 1] & 1 else -1.0
    length = math.hypot(*vector)
    return [value / length for value in vector] if length else [1.0, *vector[1:]]


def embeddings_json(body: Json) -> Json:
    """The answer to a request of /v1/embeddings, in floats or base64 as it asks."""
    texts: Sequence[str] = [body["input"]] if isinstance(body["input"], str) else body["input"]
    data = []
    for index, text in enumerate(texts):
        vector: list[float] | str = embed(text)
        if body.get("encoding_format") == "base64":
            vector = base64.b64encode(struct.pack(f"<{DIMENSIONS}f", *vector)).decode()
        data.append({"object": "embedding", "index": index, "embedding": vector})
    tokens = sum(len(text.split()) for text in texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": body.get("model", ""), "usage": usage}
