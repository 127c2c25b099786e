"""all-MiniLM-L6-v2, from tokens to vectors."""

import base64
import logging
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from memchat.providers.vectors import Embedded, Passage, Question, readable, unit

MINILM_ID = "all-MiniLM-L6-v2-onnx-int8"

_MAX_TOKENS = 256
_BEFORE, _AFTER = 60, 40
"""How many tokens of each text before a passage, and of what follows it, are read along with it."""

_LEAST_LIKE = 0.98
"""The cosine with what is known, below which a processor cannot be trusted with products of whole numbers."""

_log = logging.getLogger(__name__)


class MiniLM:
    """The model and its tokenizer; each text runs in the thread that asks, several at a time.

    Args:
        path: The installed model, whose weights are read.
    """

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer

        self._run = _run_of(path)
        self._tokenizer: Any = Tokenizer.from_buffer(_data("minilm_tokenizer.json"))
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
        return Question(unit(states.mean(axis=0)), words.astype("<f4").tobytes(), MINILM_ID)

    def _inner(self, text: str) -> list[int]:
        """The tokens of `text` without those that begin and end it."""
        return list(self._tokenizer.encode(readable(text)).ids[1:-1])


def _run_of(path: Path) -> Callable[[Sequence[int]], Any]:
    """What makes a vector of each token.

    The graph that comes with memchat multiplies whole numbers, in a third of the time. Old processors add such products
    up in 16 bits, which overflow; there, and where the weights are not found, the installed model's own graph runs.
    """
    import numpy as np

    try:
        session = _session(_data("minilm_graph.onnx"), path)
        known = session.get_modelmeta().custom_metadata_map
        run = _whole(session)
        made = run([int(token) for token in known["ids"].split()]).mean(axis=0)
        mean = np.frombuffer(base64.b64decode(known["mean"]), "<f4")
        like = float(made @ mean / (np.linalg.norm(made) * np.linalg.norm(mean)))
        if like >= _LEAST_LIKE:
            return run
        _log.info("products of whole numbers are not exact here (%.3f)", like)
    except Exception as error:  # noqa: BLE001 - onnxruntime raises bare classes of its own
        _log.info("the embedder's graph cannot be used: %s", error)
    return _plain(_session(str(path), path))


def _whole(session: Any) -> Callable[[Sequence[int]], Any]:
    import numpy as np

    def run(ids: Sequence[int]) -> Any:
        feed = {"input_ids": np.array([ids], np.int64), "places": np.arange(len(ids), dtype=np.int64).reshape(1, -1)}
        return session.run(None, feed)[0][0]

    return run


def _plain(session: Any) -> Callable[[Sequence[int]], Any]:
    import numpy as np

    inputs = [entry.name for entry in session.get_inputs()]

    def run(ids: Sequence[int]) -> Any:
        tokens = np.array([ids], np.int64)
        feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}
        return session.run(None, {name: feed[name] for name in inputs})[0][0]

    return run


def _session(graph: str | bytes, path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Several texts at a time use the cores as well as several threads for one, and nobody waits for the others.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(path.resolve().parent))
    # It takes ten times as long as what it stands for.
    options.add_session_config_entry("optimization.disable_specified_optimizers", "SkipLayerNormFusion")
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _data(name: str) -> bytes:
    return (files("memchat.providers") / "data" / name).read_bytes()
