"""The making of vectors, as the chat shows it and as `/index` changes it."""

from dataclasses import replace

import pytest

from memchat.core.events import IndexChanged
from memchat.core.settings import EndpointSettings, Settings
from memchat.providers.scripted import ScriptedServer
from memchat.tui.indexed import fact, named, noted
from tests.tui.conftest import Run, Start

BEGUN = IndexChanged(items=1000, left=990, embedder="bge-m3@http://127.0.0.1:11434/v1")


async def _said(run: Run, text: str, said: str) -> None:
    await run.send(text)
    await run.until(lambda: any(said in sentence for sentence in run.said))


async def test_the_top_line_tells_how_far_it_is(start: Start, server: ScriptedServer) -> None:
    async with start(server) as run:
        assert "index" not in run.screen[0]
        for event, shown in (
            (BEGUN, "● index 1 %"),
            (replace(BEGUN, left=570), "● index 43 %"),
            (replace(BEGUN, left=570, stopped=True), "○ index stopped at 43 %"),
            (replace(BEGUN, left=570, problem="mine is busy."), "● index waits at 43 %"),
            (replace(BEGUN, left=1), "● index 99 %"),
        ):
            run.chat.heard_from(event)
            await run.until(lambda shown=shown: shown in run.screen[0])  # type: ignore[misc]
        run.chat.heard_from(replace(BEGUN, left=0))
        await run.until(lambda: "index" not in run.screen[0])
        begun = "1,000 items are embedded anew with bge-m3 at 127.0.0.1:11434. Search goes on meanwhile. "
        waits = "The index waits, and is tried again. mine is busy."
        whole = "The index is whole: 1,000 items are found by meaning with bge-m3 at 127.0.0.1:11434."
        await run.until(lambda: run.said == [f"{begun}/index stop lets it wait.", waits, whole])


async def test_it_is_stopped_let_go_on_and_begun_anew_by_a_command(start: Start, settings: Settings) -> None:
    async with ScriptedServer() as server:
        settings = replace(
            settings,
            memory=replace(settings.memory, embedder="mine", embedding_model="small"),
            endpoints={"mine": EndpointSettings(base_url=server.base_url)},
        )
        async with start(server, settings=settings) as run:
            await _said(run, "/index", "0 of 0 items are found by meaning")
            await _said(run, "/remember I own a zebra", "")
            await run.chat.assistant.indexing.embed_new()
            await _said(run, "/index", "1 of 1 items are found by meaning, with small at 127.0.0.1")
            await _said(run, "/index stop", "1 of 1 items")
            await _said(run, "/index rebuild", "0 of 1 items are embedded anew. /index stop lets it wait.")
            await _said(run, "/index resume", "1 items")
            await _said(run, "/index sideways", "It is /index, /index stop, /index resume or /index rebuild.")


@pytest.mark.parametrize(
    ("before", "event"),
    [
        (None, replace(BEGUN, items=100, left=99)),
        (None, replace(BEGUN, elsewhere=True)),
        (BEGUN, replace(BEGUN, left=500)),
        (None, replace(BEGUN, left=500)),
        (replace(BEGUN, problem="Busy."), replace(BEGUN, problem="Busy.")),
    ],
)
def test_what_is_worth_no_sentence_gets_none(before: IndexChanged | None, event: IndexChanged) -> None:
    assert noted(before, event) is None


def test_nothing_is_shown_where_nothing_is_made() -> None:
    assert fact(None) == fact(replace(BEGUN, left=0)) == ("", "")
    assert named("all-MiniLM-L6-v2-onnx-int8") == "the built-in embedder"
    assert named("[red]x[/]@https://example.org:8080/v1") == "[red]x[/] at example.org:8080"
