"""Which models a server has, and how much each reads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from memchat.core.errors import ModelError
from memchat.providers.failures import not_the_protocol
from memchat.providers.wire import Wire

_ASIDE_SECONDS = 3.0
_OLLAMA_DEFAULT = 4096
_WINDOW_FIELDS = ("max_model_len", "loaded_context_length", "context_length", "context_window", "max_context_length")


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that a server lists.

    Attributes:
        window: Its context window in tokens; none where the server does not say.
    """

    name: str
    window: int | None = None


async def list_models(wire: Wire) -> list[ModelInfo]:
    """The models at /v1/models, with the windows that they run with where the server tells.

    Raises:
        CallFailed: The list cannot be had.
    """
    answer = await wire.get_json("/models")
    entries = list(_entries(answer))
    if not entries and not isinstance(answer, Mapping | list):
        raise not_the_protocol(wire.endpoint, "")
    infos = [ModelInfo(str(entry["id"]), _window(entry)) for entry in entries]
    if not entries or not wire.endpoint.local:
        return infos
    match str(entries[0].get("owned_by", "")):
        case "llamacpp":
            return await _as_llamacpp(wire, infos)
        case "library" | "ollama":
            return await _as_ollama(wire, infos)
        case "organization_owner":
            return await _as_lmstudio(wire, infos)
    return infos


def is_chat_model(name: str) -> bool:
    """Whether a listed name may chat: false for embedders, speech and the like, by their usual names."""
    others = ("embed", "whisper", "tts", "dall-e", "rerank", "moderation", "transcribe", "bge-", "minilm", "image")
    return not any(word in name.lower() for word in others)


def first_chat_model(infos: list[ModelInfo]) -> str:
    """The first model that may chat, or the first, or none as an empty string."""
    chat = [info.name for info in infos if is_chat_model(info.name)]
    return next(iter(chat or [info.name for info in infos]), "")


async def _as_llamacpp(wire: Wire, infos: list[ModelInfo]) -> list[ModelInfo]:
    """The listed n_ctx_train is not what the server was started with; /props says what a request may have."""
    props = await _aside(wire, "//props")
    settings = props.get("default_generation_settings")
    size = settings.get("n_ctx") if isinstance(settings, Mapping) else None
    return [replace(info, window=size) for info in infos] if isinstance(size, int) and size > 0 else infos


async def _as_ollama(wire: Wire, infos: list[ModelInfo]) -> list[ModelInfo]:
    """Ollama cuts a longer request without saying so, whatever the model could read; 4096 unless it is told more."""
    running = await _aside(wire, "//api/ps")
    sizes: dict[str, int] = {}
    for entry in _entries(running, key="models", name="name"):
        size = entry.get("context_length")
        if isinstance(size, int) and size > 0:
            sizes[str(entry["name"])] = size
    return [replace(info, window=sizes.get(info.name, _OLLAMA_DEFAULT)) for info in infos]


async def _as_lmstudio(wire: Wire, infos: list[ModelInfo]) -> list[ModelInfo]:
    sizes = {str(entry["id"]): _window(entry) for entry in _entries(await _aside(wire, "//api/v0/models"))}
    return [replace(info, window=sizes.get(info.name) or info.window) for info in infos]


async def _aside(wire: Wire, path: str) -> Mapping[str, Any]:
    """A page of the server's own; empty when it has none, for the list is of use without."""
    try:
        answer = await wire.get_json(path, seconds=_ASIDE_SECONDS)
    except ModelError:
        return {}
    return answer if isinstance(answer, Mapping) else {}


def _entries(answer: Any, key: str = "data", name: str = "id") -> Iterator[Mapping[str, Any]]:
    listed = answer.get(key) if isinstance(answer, Mapping) else answer
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, Mapping) and entry.get(name):
            yield entry


def _window(entry: Mapping[str, Any]) -> int | None:
    meta = entry.get("meta")
    meta = meta if isinstance(meta, Mapping) else {}
    found = [*(entry.get(name) for name in _WINDOW_FIELDS), meta.get("n_ctx"), meta.get("n_ctx_train")]
    return next((size for size in found if isinstance(size, int) and size > 0), None)
