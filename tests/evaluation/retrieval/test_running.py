"""Data sets that are taken in and asked for real."""

import dataclasses

import pytest

from memchat.core.settings import MemorySettings, Settings
from memchat.evaluation.retrieval.asking import Asked
from memchat.evaluation.retrieval.reading import read
from memchat.evaluation.retrieval.report import RetrievalReport, report_json
from memchat.evaluation.retrieval.running import Retrieval
from memchat.evaluation.retrieval.values import Dataset, Format, Sample
from memchat.memory.ranking import COMPONENTS
from memchat.paths import Paths
from memchat.providers.embedder import BuiltinEmbedder
from memchat.providers.vectors import Question
from tests.evaluation.retrieval.conftest import FILES

WORDS = Settings(memory=MemorySettings(embedder="off"))


async def measured(
    paths: Paths, dataset: Dataset, settings: Settings = WORDS, *, ablate: bool = False
) -> RetrievalReport:
    return await Retrieval(settings, paths, {}, lambda _: None).run(dataset, ablate=ablate)


async def test_what_was_said_is_found_by_the_words_and_the_meaning_of_real_use(paths: Paths) -> None:
    report = await measured(paths, read(FILES["locomo"], "locomo"), Settings(), ablate=True)
    everything = report.turns[0].score
    assert (everything.questions, report.left_out) == (5, 2)
    assert everything.recall[5] == 1
    assert [line.name for line in report.turns] == [
        "all",
        "all but adversarial",
        "adversarial",
        "multi-hop",
        "single-hop",
        "temporal",
    ]
    assert [line.name for line in report.ablation] == [
        "everything",
        *(f"without {component}" for component in COMPONENTS),
    ]
    assert report.ablation[0].score == everything
    assert report.ablation_aside[0].score == report.turns[1].score
    assert "MiniLM" in report.embedder
    assert list(paths.data_dir.iterdir()) == []


async def test_every_question_is_told_in_the_order_of_the_file_scored_or_not(paths: Paths) -> None:
    dataset = read(FILES["jsonl"], "jsonl")
    told: list[Asked] = []
    report = await Retrieval(WORDS, paths, {}, lambda _: None).run(dataset, ablate=False, found=told.append)
    assert [each.sample for each in told] == ["move", "move", "move", "bread"]
    assert (len(report.scored), report.left_out) == (3, 1)
    assert told[0].ranked[0] == "m3"
    assert told[1].ranked == ("m4",)
    assert told[2].ranked == ()
    assert told[0].recalled[0] == "m3"
    assert report.words_only == "Search by meaning is off (memory.embedder)."


def _renamed(sample: Sample, name: dict[str, str]) -> Sample:
    """The same conversation, its turns called otherwise."""
    return dataclasses.replace(
        sample,
        sittings=tuple(
            dataclasses.replace(
                sitting,
                id=f"session {number}",
                turns=tuple(dataclasses.replace(turn, id=name[turn.id]) for turn in sitting.turns),
            )
            for number, sitting in enumerate(sample.sittings)
        ),
        questions=tuple(
            dataclasses.replace(question, gold=frozenset(name[each] for each in question.gold))
            for question in sample.questions
        ),
    )


@pytest.mark.parametrize("format", ["locomo", "longmemeval"])
async def test_ids_say_nothing_so_that_gold_cannot_leak_through_them(paths: Paths, format: Format) -> None:
    dataset = read(FILES[format], format)
    (sample,) = dataset.samples
    name = {turn: f"{number:03}" for number, turn in enumerate(reversed(list(sample.session_of)))}
    plain = await measured(paths, dataset)
    opaque = await measured(paths, dataclasses.replace(dataset, samples=(_renamed(sample, name),)))
    assert [[name[turn] for turn in each.ranked] for each in plain.asked] == [
        list(each.ranked) for each in opaque.asked
    ]
    assert [line.score for line in plain.turns] == [line.score for line in opaque.turns]


async def test_longmemeval_is_told_for_turns_and_for_sessions_any_and_all(paths: Paths) -> None:
    report = await measured(paths, read(FILES["longmemeval"], "longmemeval"))
    turns, sessions = report.turns[0].score, report.sessions[0].score
    assert (turns.questions, report.left_out) == (1, 2)
    assert (turns.any[1], turns.all[1], turns.all[5]) == (1, 0, 1)
    assert (sessions.any[1], sessions.all[1], sessions.all[3]) == (1, 0, 1)


async def test_the_document_has_every_number(paths: Paths) -> None:
    document = report_json(await measured(paths, read(FILES["locomo"], "locomo"), ablate=True))
    assert (document["format"], document["conversations"], document["turns"]) == ("locomo", 1, 6)
    assert (document["questions"], document["left_out"], document["embedder"]) == (5, 2, None)
    best = document["by_category"][0]
    assert set(best["recall"]) == {"1", "3", "5", "10", "25", "30", "50"}
    assert {"any", "all", "mrr", "ndcg@10"} < set(best)
    assert document["latency"]["p50"] <= document["latency"]["p95"]
    of_vectors = {"meaning", "tokens"}
    assert [line["name"] for line in document["ablation"]["all"]] == [
        "everything",
        *(f"without {component}" for component in COMPONENTS if component not in of_vectors),
    ]
    assert set(document["ablation"]) == {"all", "all but adversarial"}


async def test_each_question_is_embedded_once(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    embed = BuiltinEmbedder.question

    async def counted(self: BuiltinEmbedder, text: str) -> Question:
        asked.append(text)
        return await embed(self, text)

    monkeypatch.setattr(BuiltinEmbedder, "question", counted)
    dataset = read(FILES["locomo"], "locomo")
    await measured(paths, dataset, Settings(), ablate=True)
    questions = [question.text for question in dataset.samples[0].questions]
    assert sorted(set(asked) & set(questions)) == sorted(questions)
    assert len(asked) == len(set(asked))
