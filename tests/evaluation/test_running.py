"""Written conversations played through the real program, with a scripted model."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from memchat.config import load
from memchat.core.errors import NoModel
from memchat.core.events import AssistantSaved, Learned
from memchat.core.settings import Settings
from memchat.evaluation import metrics
from memchat.evaluation.hosting import evaluation_settings
from memchat.evaluation.loading import parse
from memchat.evaluation.metrics import Share
from memchat.evaluation.report import Report, report_json
from memchat.evaluation.running import Evaluation
from memchat.evaluation.watching import SimulatedClock, Watch, find_secrets
from memchat.paths import Paths
from memchat.providers.scripted import Reply, Say, ScriptedServer
from tests.evaluation.making import memory, moving

LOCKER = """
[[conversation]]
name = "locker"
language = "en"
secrets = [["ghp_", "q8W2eR5tY7uI1oP4aS6d", "F9gH3jK0lZxCvBnM"]]
session = [
    { at = 2026-03-01T09:00:00+02:00, turns = [
        ["Remember that my locker has the number 418.", "I will."],
        ["My token {secret} is refused, why?", "It may have expired."],
    ] },
    { at = 2026-03-08T09:00:00+02:00, turns = [["thanks, bye", "Bye!"]] },
]
fact = [{ key = "locker", match = ["418"] }]
question = [{ ask = "Which number has my locker?", expect = ["418"], needs = ["locker"] }]
"""


def answer(body: dict[str, Any]) -> Reply:
    """A model that reads what is in front of it, and extracts nothing."""
    if body.get("response_format"):
        return Say("{}")
    return Say("It is 418." if "418" in str(body["messages"]) else "I do not know.")


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(answer, models=["scripted"]) as running:
        yield running


def environ_of(server: ScriptedServer) -> dict[str, str]:
    return {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "test", "MEMCHAT_MODEL": "scripted"}


async def run(server: ScriptedServer, paths: Paths, text: str = LOCKER, **overrides: str) -> tuple[Report, list[str]]:
    """Plays the conversations in `text`; gives the report and the lines of progress."""
    environ = environ_of(server)
    lines: list[str] = []
    settings = load(paths, environ, {name.replace("__", "."): value for name, value in overrides.items()})
    report = await Evaluation(settings, paths, environ, lines.append).run(parse(text, "test.toml"))
    return report, lines


async def test_a_conversation_is_played_and_its_question_asked_with_memory_and_without(
    server: ScriptedServer, paths: Paths
) -> None:
    report, lines = await run(server, paths)
    played = report.observed[0]
    assert [(asked.with_memory, asked.answer) for asked in played.asked] == [
        (True, "It is 418."),
        (False, "I do not know."),
    ]
    assert metrics.learned(played) == Share(1, 1)
    assert metrics.recall_coverage(played) == Share(1, 1)
    assert played.waits[0] == 0.0, "what the user asks to be remembered is stored before the reply"
    assert lines[0].startswith("1/1 locker: ")
    assert "1 of 1 answered" in lines[0]


async def test_the_replies_are_the_script_s_and_make_no_call(server: ScriptedServer, paths: Paths) -> None:
    await run(server, paths)
    chats = [body for body in server.requests if not body.get("response_format")]
    assert [body["messages"][-1]["content"].count("Which number has my locker?") for body in chats] == [1, 1]
    assert all(body["max_tokens"] <= 64 for body in chats)
    assert all(body["temperature"] == 0 for body in chats)


async def test_what_is_said_is_dated_by_the_script(server: ScriptedServer, paths: Paths) -> None:
    report, _ = await run(server, paths)
    played = report.observed[0]
    first = next(each for each in played.memories if "418" in each.text)
    assert first.observed_at.astimezone(UTC).date().isoformat() == "2026-03-01"
    assert played.at.astimezone(UTC).date().isoformat() == "2026-03-08"


async def test_the_users_own_memory_is_neither_read_nor_written(server: ScriptedServer, paths: Paths) -> None:
    before = sorted(paths.data_dir.rglob("*"))
    report, _ = await run(server, paths)
    assert sorted(paths.data_dir.rglob("*")) == before
    assert report.model == "scripted"


async def test_a_secret_in_any_file_is_found(server: ScriptedServer, paths: Paths) -> None:
    screened, _ = await run(server, paths)
    assert metrics.leaks(screened.observed[0]) == Share(0, 1)
    kept, _ = await run(server, paths, privacy__redact_secrets="false")
    assert metrics.leaks(kept.observed[0]) == Share(1, 1)
    assert any(name.endswith("memchat.db") or "wal" in name for name in kept.observed[0].leaks)


async def test_an_answer_that_fails_is_a_wrong_one(paths: Paths) -> None:
    def refuses(body: dict[str, Any]) -> Reply:
        return Say("" if "418" in str(body["messages"]) else "No idea.")

    async with ScriptedServer(refuses, models=["scripted"]) as silent:
        report, _ = await run(silent, paths)
    played = report.observed[0]
    assert [asked.with_memory for asked in played.asked if asked.problem] == [True]
    assert metrics.answered(played, with_memory=True) == Share(0, 1)


async def test_the_report_is_one_document(server: ScriptedServer, paths: Paths) -> None:
    report, _ = await run(server, paths)
    document = report_json(report)
    assert {measure["key"] for measure in document["measures"]} >= {
        "recall_precision",
        "recall_coverage",
        "freshness_p95",
        "bloat",
        "answers",
        "contradictions",
        "secrets",
        "attacks",
    }
    assert [line["language"] for line in document["languages"]] == ["en"]
    assert document["conversations"][0]["name"] == "locker"
    assert document["conversations"][0]["missed"] == []


async def test_a_model_that_is_too_small_is_named(server: ScriptedServer, paths: Paths) -> None:
    environ = environ_of(server) | {"MEMCHAT_MODEL": "tiny-0.1b"}
    report = await Evaluation(load(paths, environ, {}), paths, environ, lambda _: None).run(parse(LOCKER, "test.toml"))
    assert report.unable.startswith("tiny-0.1b is too small to")
    assert metrics.learned(report.observed[0]) == Share(1, 1), "what it was asked to remember is kept all the same"


async def test_without_a_model_it_says_so(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing() -> list[object]:
        return []

    monkeypatch.setattr("memchat.assistant.finding.discover", nothing)
    with pytest.raises(NoModel):
        await Evaluation(load(paths, {}, {}), paths, {}, print).run([moving()])


def test_nothing_but_the_memory_makes_a_difference() -> None:
    """The user's own habits do not count: learning is on, and nothing runs between the messages."""
    given = Settings()
    settings = evaluation_settings(
        replace(given, learning=replace(given.learning, mode="off"), memory=replace(given.memory, space="work"))
    )
    assert settings.learning.mode == "auto"
    assert settings.learning.consolidate_hours == 0
    assert settings.memory.space == "personal"
    assert settings.model.temperature == 0.0


def test_the_clock_never_goes_back() -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    clock = SimulatedClock(start)
    assert start <= clock() < start + timedelta(minutes=1)
    clock.set(start + timedelta(days=7))
    clock.set(start)
    assert clock() >= start + timedelta(days=7)


def test_the_watch_notes_only_what_was_learned() -> None:
    idle = Watch()
    idle(Learned())
    idle(AssistantSaved)
    assert idle.learned_at is None
    watch = Watch()
    watch(Learned(added=(memory("Bees."),)))
    assert watch.learned_at is not None
    watch.clear()
    assert [watch.learned_at] == [None]


def test_a_piece_of_a_secret_is_found_in_bytes(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.db").write_bytes(b"\x00\x01" + b"er2-and-mo" + b"\xff")
    (tmp_path / "b.log").write_text("hunter", "utf-8")
    assert find_secrets(tmp_path, ["hunter2-and-more"]) == (str(Path("deep") / "a.db"),)
    assert find_secrets(tmp_path, []) == ()
