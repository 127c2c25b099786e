"""What an evaluation runs on: the user's model and embedder, with settings and stores of its own."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

from memchat.assistant.shared import Shared
from memchat.core.settings import Settings
from memchat.paths import Paths
from memchat.store import Store

_ANSWER_TOKENS = 40
"""An answer's limit, in tokens: what is expected is a few words."""

_DECADE_MINUTES = 10 * 365 * 24 * 60


def evaluation_settings(settings: Settings) -> Settings:
    """The user's settings, made fit for playing: nothing but the memory may make a difference.

    Nothing is done on its own account between the messages: no summaries of idle sessions, no consolidation.
    """
    return replace(
        settings,
        model=replace(settings.model, reply_tokens=_ANSWER_TOKENS, temperature=0.0),
        memory=replace(settings.memory, enabled=True, space="personal"),
        learning=replace(settings.learning, mode="auto", idle_minutes=_DECADE_MINUTES, consolidate_hours=0),
        privacy=replace(settings.privacy, incognito_reads=True),
    )


@asynccontextmanager
async def sharing(settings: Settings, paths: Paths, environ: Mapping[str, str]) -> AsyncIterator[Shared]:
    """The model, the embedder and the tokenizer that all the assistants of an evaluation share.

    What is noted of the model while they run is kept in memory, and gone with them.
    """
    host = await Store.open(None)
    try:
        shared = Shared(settings, paths, environ, host)
        shared.join(host)
        try:
            yield shared
        finally:
            await shared.leave(host)
    finally:
        await host.close()
