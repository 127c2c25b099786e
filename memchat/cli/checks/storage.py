"""The config and the database."""

import asyncio
from collections.abc import AsyncIterator

from memchat.cli.checks.finding import Finding, Surroundings, fail, ok
from memchat.core.errors import MemchatError


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
        counts = await store.index.counts()
        size = await store.size()
        waiting, broken = await store.jobs.waiting(), await store.jobs.failed()
    finally:
        await store.close()
    if verdict == "ok":
        yield ok("database", f"{file}, {size / 1e6:.1f} MB, intact")
    else:
        yield fail("database", verdict.splitlines()[0], f"Put a copy from {file.parent} in its place.")
    yield ok("index", f"{counts.items:,} items, {counts.embedded:,} of them by meaning")
    yield ok("learning", f"{waiting:,} jobs wait, {len(broken):,} were given up")
