"""What most commands begin with: settings, folders and the assistant."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from memchat.core.settings import Settings
from memchat.paths import Paths

if TYPE_CHECKING:
    from argparse import Namespace

    from memchat.assistant import Assistant

BUILTIN = "builtin"


def load_settings(model: str | None = None, space: str | None = None) -> tuple[Settings, Paths]:
    """The settings in force and the folders, which are made.

    Args:
        model: What `-m` named, for this run.
        space: What `--space` named, for this run.

    Raises:
        MemchatError: A setting is wrong, no space can be called so, or a folder cannot be made.
    """
    from memchat.config.load import load

    paths = Paths.from_environment()
    paths.ensure()
    settings = load(paths, overrides={"memory.space": space} if space is not None else None)
    paths.database_of(settings.memory.space)
    return (with_model(settings, model) if model else settings), paths


def with_model(settings: Settings, named: str) -> Settings:
    """`settings` with the model that `-m` named, as MODEL or ENDPOINT/MODEL.

    A model's own name may hold a slash, so what stands before the first one counts as an endpoint only if there is one
    of that name.
    """
    endpoint, name = split_model(named, settings)
    return replace(settings, model=replace(settings.model, name=name, endpoint=endpoint or settings.model.endpoint))


def split_model(named: str, settings: Settings) -> tuple[str, str]:
    """Endpoint, or an empty string for the one in use, and name of the model that was `named`."""
    from memchat.providers.catalog import catalog
    from memchat.providers.endpoints import LOCAL_SERVERS

    before, slash, after = named.partition("/")
    outside = _outside(settings)
    if slash and after and before in {BUILTIN, *settings.endpoints, *LOCAL_SERVERS, outside}:
        return before, after
    if not outside and not settings.model.endpoint and named in {model.name for model in catalog()}:
        return BUILTIN, named
    return "", named


def _outside(settings: Settings) -> str:
    """The name of the endpoint in the environment; empty without one."""
    from memchat.providers.endpoints import configured

    class NoKeys:
        def get(self, endpoint_name: str) -> str | None:  # noqa: ARG002 - the protocol's
            return None

    alone = replace(settings, endpoints={}, model=replace(settings.model, endpoint=""))
    found = configured(alone, os.environ, NoKeys())
    return found.name if found else ""


@asynccontextmanager
async def assistant(args: "Namespace | None" = None, *, begins: bool = False) -> "AsyncIterator[Assistant]":
    """The assistant for one command, closed at its end.

    Args:
        args: What was typed: the model that `-m` named and the space that `--space` did.
        begins: Whether the command begins a space that is not there yet.

    Raises:
        NotFound: There is no such space.
    """
    settings, paths = load_settings(getattr(args, "model", None), getattr(args, "space", None))
    space = settings.memory.space
    if not begins and space not in paths.spaces():
        from memchat.core.errors import NotFound

        raise NotFound(
            f"There is no space called {space}.",
            f"`memchat spaces` lists those that there are; `memchat --space {space}` begins it.",
        )
    from memchat.assistant import Assistant

    opened = await Assistant.open(settings, paths)
    try:
        yield opened
    finally:
        await opened.close()
