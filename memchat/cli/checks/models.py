"""What answers, what finds by meaning, and where keys are kept."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace

from memchat.cli.checks.finding import Finding, Surroundings, fail, ok, warn
from memchat.core.errors import MemchatError
from memchat.providers.endpoints import Endpoint

_IMPORT_SECONDS = 60.0
_ANSWER_SECONDS = 8.0
_AGAIN = "Install memchat again: `pip install --force-reinstall memchat`."


async def tokenizer(_: Surroundings) -> AsyncIterator[Finding]:
    from memchat.providers.tokens import TokenCounter

    counter = TokenCounter()
    try:
        await asyncio.to_thread(counter.load)
        tokens = counter.count("How many tokens are in this sentence?")
    except (MemchatError, OSError, ImportError, ValueError) as error:
        yield fail("tokenizer", str(error), _AGAIN)
    else:
        yield ok("tokenizer", f"o200k_base, {tokens} tokens in a short sentence")


async def embedder(around: Surroundings) -> AsyncIterator[Finding]:
    from memchat.providers.embedder import BuiltinEmbedder, Embedder, EndpointEmbedder
    from memchat.providers.endpoints import named
    from memchat.providers.keys import Keys

    memory = around.settings.memory
    if memory.embedder == "off":
        yield warn(
            "embedder", "off: recall goes by words alone", "`memchat config set memory.embedder builtin` turns it on."
        )
        return
    try:
        chosen: Embedder
        if memory.embedder == "builtin":
            chosen = BuiltinEmbedder()
        else:
            endpoint = await asyncio.to_thread(named, memory.embedder, around.settings, os.environ, Keys(around.paths))
            chosen = EndpointEmbedder(endpoint, memory.embedding_model)
        try:
            await chosen.load()
            begun = time.perf_counter()
            await chosen.embed(["A sentence to measure."])
            took = 1000 * (time.perf_counter() - begun)
        finally:
            await chosen.close()
    except MemchatError as error:
        yield warn("embedder", f"{error.sentence} Recall goes by words alone.", error.next_step or _AGAIN)
    else:
        yield ok("embedder", f"{chosen.id}, {chosen.dimensions} dimensions, {took:.0f} ms a sentence")


async def engine(around: Surroundings) -> AsyncIterator[Finding]:
    from memchat.providers.weights import Weights

    code = "import xllamacpp, importlib.metadata as m; print(m.version('xllamacpp'))"
    child = await asyncio.create_subprocess_exec(  # by itself, for a wrong wheel can end a whole process
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, err = await asyncio.wait_for(child.communicate(), _IMPORT_SECONDS)
    except TimeoutError:
        child.kill()
        await child.wait()
        out, err = b"", b"it did not load in a minute"
    if child.returncode == 0:
        yield ok("engine", f"xllamacpp {out.decode().strip()}")
    else:
        reason = (err.decode(errors="replace").strip().splitlines() or [f"exit code {child.returncode}"])[-1]
        yield warn("engine", f"built-in models cannot run: {reason}", f"{_AGAIN} Or use an endpoint.")
    installed = Weights(around.paths.weights_dir).installed()
    yield ok("weights", ", ".join(installed) or "no built-in model is installed; `memchat models` lists them")


async def keyring(around: Surroundings) -> AsyncIterator[Finding]:
    from memchat.providers.keys import Keys

    backend = await asyncio.to_thread(Keys(around.paths).backend)
    yield ok("keys", f"kept in {backend}")


async def endpoints(around: Surroundings) -> AsyncIterator[Finding]:
    from memchat.providers.discovery import discover
    from memchat.providers.endpoints import configured, named
    from memchat.providers.keys import Keys

    settings, keys = around.settings, Keys(around.paths)
    chosen: list[Endpoint] = []
    try:
        current = await asyncio.to_thread(configured, settings, os.environ, keys)
        chosen = [current] if current else []
        for name in settings.endpoints:
            chosen.append(await asyncio.to_thread(named, name, settings, os.environ, keys))
    except MemchatError as error:
        yield fail("endpoint", error.sentence, error.next_step)
    unique = {endpoint.base_url: endpoint for endpoint in reversed(chosen)}
    answers = await asyncio.gather(*(_answer(endpoint, around) for endpoint in reversed(unique.values())))
    for finding in answers:
        yield finding
    found = [endpoint for endpoint in await discover() if endpoint.base_url not in unique]
    for endpoint in found:
        yield ok("endpoint", f"{endpoint.name} was found at {endpoint.base_url}")
    if not unique and not found and settings.model.endpoint != "builtin":
        yield ok("endpoint", "none is configured or found; a built-in model answers")


async def _answer(endpoint: Endpoint, around: Surroundings) -> Finding:
    from memchat.providers.client import ChatModel

    place = f"{endpoint.name} at {endpoint.base_url}"
    once = replace(around.settings.model, attempts=1, connect_seconds=min(5.0, around.settings.model.connect_seconds))
    client = ChatModel(endpoint, endpoint.model, once)
    try:
        models = await asyncio.wait_for(client.models(), _ANSWER_SECONDS)
    except TimeoutError:
        return fail("endpoint", f"{place} did not answer in {_ANSWER_SECONDS:.0f} s", "Start it, or check the address.")
    except MemchatError as error:
        return fail("endpoint", f"{place}: {error.sentence}", error.next_step or "Start it, or check the address.")
    finally:
        await client.close()
    names = [model.name for model in models]
    if endpoint.model and names and endpoint.model not in names:
        return warn(
            "endpoint", f"{place} does not list the model {endpoint.model}", f"It lists {', '.join(names[:5])}."
        )
    return ok("endpoint", f"{place}, {len(names)} models")
