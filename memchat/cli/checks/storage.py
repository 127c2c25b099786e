"""The config and the database."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from memchat.cli.checks.finding import Finding, Surroundings, fail, ok, warn
from memchat.core.errors import MemchatError

if TYPE_CHECKING:
    from memchat.store.making import MakingState


async def config(around: Surroundings) -> AsyncIterator[Finding]:
    from memchat.config import load

    file = around.paths.config_file
    try:
        load(around.paths)
    except MemchatError as error:
        yield fail("config", error.sentence, error.next_step or f"Mend {file}, or move it away.")
    else:
        yield ok("config", str(file) if file.exists() else f"{file} is not there: defaults hold")


async def sqlite(_: Surroundings) -> AsyncIterator[Finding]:
    from memchat.store.health import parts

    again = "Install memchat again: `pip install --force-reinstall memchat`."
    for part in await asyncio.to_thread(parts):
        if part.works:
            yield ok(part.name, part.detail)
        else:
            yield fail(part.name, part.detail, again)


async def database(around: Surroundings) -> AsyncIterator[Finding]:
    from memchat.store import Store

    file = around.paths.database_of(around.settings.memory.space)
    if not file.exists():
        yield ok("database", f"{file} is made at the first start")
        return
    try:
        store = await Store.open(file)
    except MemchatError as error:
        yield fail("database", error.sentence, error.next_step)
        return
    try:
        verdict = await store.check()
        index = await store.making.state()
        size = await store.size()
        waiting, broken = await store.jobs.waiting(), await store.jobs.failed()
    finally:
        await store.close()
    if verdict == "ok":
        yield ok("database", f"{file}, {size / 1e6:.1f} MB, intact")
    else:
        yield fail("database", verdict.splitlines()[0], f"Put a copy from {file.parent} in its place.")
    yield _index(index)
    yield ok("learning", f"{waiting:,} jobs wait, {len(broken):,} were given up")


def _index(state: "MakingState") -> Finding:
    """What is found by meaning, and how far the making of other vectors is."""
    found = f"{state.items:,} items, {state.embedded:,} of them by meaning"
    if not state.under_way:
        return ok("index", found)
    made = f"{found}; {state.items - state.left:,} embedded anew"
    made += f" with {state.coming}" if state.coming else ""
    if state.stopped:
        return warn("index", f"{made}, and stopped", "`memchat index resume` goes on.")
    return ok("index", f"{made}, and goes on whenever memchat is open")
