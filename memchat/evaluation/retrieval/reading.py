"""Reads a file of one of the formats, and says in a sentence what is wrong with it."""

import json
from pathlib import Path
from typing import Any, assert_never

from memchat.evaluation.retrieval import locomo, longmemeval, own
from memchat.evaluation.retrieval.values import BrokenData, Dataset, Format, Sample

_WANTED = {
    "locomo": "a list of conversations, each with `conversation` and `qa`",
    "longmemeval": "a list of questions, each with `question_id`, `question` and `haystack_sessions`",
}


def read(path: Path, format: Format, limit: int | None = None) -> Dataset:
    """The data set in a file.

    Args:
        path: The file.
        format: Its format.
        limit: How many of its conversations at most; of longmemeval each question has its own.

    Raises:
        BrokenData: It cannot be read, is of another format, or has no question to score.
    """
    try:
        dataset = _parsed(path.read_text("utf-8-sig"), format, path)
    except OSError as error:
        raise BrokenData(f"{path} cannot be read: {error.strerror or error}.", "Name a file that is there.") from error
    except UnicodeDecodeError as error:
        raise BrokenData(f"{path} is not UTF-8 text.") from error
    except BrokenData as error:
        raise BrokenData(f"{path}: {error.sentence}", error.next_step) from None
    kept = Dataset(format=format, samples=dataset.samples[:limit], left_out=dataset.left_out, aside=dataset.aside)
    if silent := next((sample.name for sample in kept.samples if not sample.sittings), None):
        raise BrokenData(f"{path}: in {silent} nothing is said.")
    if not any(question.gold for sample in kept.samples for question in sample.questions):
        raise BrokenData(f"{path} has no question with evidence in what was said, so there is nothing to measure.")
    return kept


def _parsed(text: str, format: Format, path: Path) -> Dataset:
    match format:
        case "jsonl":
            return Dataset(format=format, samples=own.samples_of(text))
        case "locomo" | "longmemeval":
            pass
        case _:
            assert_never(format)
    try:
        entries = json.loads(text)
    except ValueError as error:
        raise BrokenData(f"this is not JSON ({error}).", _other(path)) from error
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise BrokenData(f"this is not {format}: {_WANTED[format]} is wanted.", _other(path))
    samples: list[Sample | None] = []
    for number, entry in enumerate(entries, 1):
        try:
            samples.append(_sample(entry, number, format))
        except (KeyError, TypeError, AttributeError) as error:
            raise BrokenData(
                f"entry {number} is not {format} ({_about(error)}): {_WANTED[format]} is wanted.", _other(path)
            ) from error
    kept = tuple(sample for sample in samples if sample is not None)
    aside = locomo.ADVERSARIAL if format == "locomo" else ""
    return Dataset(format=format, samples=kept, left_out=len(samples) - len(kept), aside=aside)


def _sample(entry: Any, number: int, format: Format) -> Sample | None:
    return locomo.sample_of(entry, number) if format == "locomo" else longmemeval.sample_of(entry)


def _about(error: Exception) -> str:
    return f"there is no {error.args[0]!r}" if isinstance(error, KeyError) else "something in it is of another type"


def _other(path: Path) -> str:
    return "For JSON Lines, say --format jsonl." if path.suffix == ".jsonl" else "Is --format right?"
