"""What most commands begin with: settings, folders and the assistant."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from memchat.core.settings import Settings
from memchat.paths import Paths

if TYPE_CHECKING:
    from memchat.assistant import Assistant

BUILTIN = "builtin"


def load_settings(model: str | None = None) -> tuple[Settings, Paths]:
    """The settings in force and the folders, which are made.

    Args:
        model: What `-m` named, for this run.

    Raises:
        MemchatError: A setting is wrong, or a folder cannot be made.
    """
    from memchat.config.load import load

    paths = Paths.from_environment()
    paths.ensure()
    settings = load(paths)
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
async def assistant(model: str | None = None) -> "AsyncIterator[Assistant]":
    """The assistant for one command, closed at its end.

    Args:
        model: What `-m` named, for this run.
    """
    settings, paths = load_settings(model)
    from memchat.assistant import Assistant

    opened = await Assistant.open(settings, paths)
    try:
        yield opened
    finally:
        await opened.close()
