"""The numbers on a data set: by category, by component, at turn and at session level, and how long it took."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from memchat.evaluation.metrics import percentile
from memchat.evaluation.retrieval.asking import Asked
from memchat.evaluation.retrieval.scoring import Score, grouped, mean, score
from memchat.evaluation.retrieval.values import Dataset
from memchat.memory.ranking import Component

ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of a table: what was scored, and how it came out."""

    name: str
    score: Score


@dataclass(frozen=True, slots=True, kw_only=True)
class InTurn:
    """What a request would hold of what is found, on average over the questions.

    Attributes:
        recall: The share of the gold that it holds.
        items: How many turns.
        tokens: How long they are together.
    """

    recall: float
    items: float
    tokens: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalReport:
    """All that was measured.

    Attributes:
        without: The components of recall that were each left out once.
        embedder: Whose vectors were searched; empty when words alone were.
        words_only: Why meaning was not searched; empty when it was.
        seconds: How long it took.
    """

    dataset: Dataset
    asked: tuple[Asked, ...]
    without: tuple[Component, ...]
    embedder: str = ""
    words_only: str = ""
    seconds: float = 0.0

    @property
    def scored(self) -> tuple[Asked, ...]:
        """The questions with gold."""
        return tuple(each for each in self.asked if each.question.gold)

    @property
    def left_out(self) -> int:
        """How many questions are not scored."""
        return len(self.asked) - len(self.scored) + self.dataset.left_out

    @property
    def aside(self) -> str:
        """The name of the line without the category that is set aside; empty when there is none."""
        return f"{ALL} but {self.dataset.aside}" if self.dataset.aside else ""

    @property
    def turns(self) -> tuple[Line, ...]:
        """By category, turns being looked for; all of them first."""
        return self._by_category(_of_turns)

    @property
    def sessions(self) -> tuple[Line, ...]:
        """By category, sessions being looked for."""
        return self._by_category(_of_sessions)

    @property
    def ablation(self) -> tuple[Line, ...]:
        """With every component first, then without each."""
        return self._ablation(self.scored)

    @property
    def ablation_aside(self) -> tuple[Line, ...]:
        """As `ablation`, without the category that is set aside; empty when there is none."""
        if not self.dataset.aside:
            return ()
        return self._ablation([each for each in self.scored if each.question.category != self.dataset.aside])

    @property
    def in_turn(self) -> InTurn:
        """What a request would hold of it."""
        scored = self.scored
        count = len(scored) or 1
        found = sum(len(each.question.gold & set(each.recalled)) / len(each.question.gold) for each in scored)
        return InTurn(
            recall=found / count,
            items=sum(len(each.recalled) for each in scored) / count,
            tokens=sum(each.tokens for each in scored) / count,
        )

    def latency(self, rank: float) -> float | None:
        """The milliseconds that so large a share of the recalls, from 0 to 1, did not exceed."""
        return percentile([each.milliseconds for each in self.asked], rank)

    def _by_category(self, of: Callable[[Asked], Score]) -> tuple[Line, ...]:
        scores = [(each.question.category, of(each)) for each in self.scored]
        groups: dict[str, list[Score]] = {ALL: [found for _, found in scores]}
        if self.dataset.aside:
            groups[self.aside] = [found for category, found in scores if category != self.dataset.aside]
        for category in sorted({category for category, _ in scores if category}):
            groups[category] = [found for each, found in scores if each == category]
        return _lines({name: mean(group) for name, group in groups.items()})

    def _ablation(self, asked: Sequence[Asked]) -> tuple[Line, ...]:
        found = {"everything": mean(map(_of_turns, asked))}
        for component in self.without:
            scores = (score(each.ranked_without[component], each.question.gold) for each in asked)
            found[f"without {component}"] = mean(scores)
        return _lines(found)


def _lines(found: Mapping[str, Score | None]) -> tuple[Line, ...]:
    """A line for each name, where there is anything."""
    return tuple(Line(name=name, score=each) for name, each in found.items() if each is not None)


def _of_turns(asked: Asked) -> Score:
    return score(asked.ranked, asked.question.gold)


def _of_sessions(asked: Asked) -> Score:
    gold = {asked.session_of[turn] for turn in asked.question.gold}
    return score(grouped(asked.ranked, asked.session_of), gold)


def report_json(report: RetrievalReport) -> dict[str, Any]:
    """The report as one document; shares from 0 to 1, times in milliseconds."""
    samples = report.dataset.samples
    return {
        "format": report.dataset.format,
        "conversations": len(samples),
        "turns": sum(len(sitting.turns) for sample in samples for sitting in sample.sittings),
        "questions": len(report.scored),
        "left_out": report.left_out,
        "embedder": report.embedder or None,
        "words_only": report.words_only or None,
        "seconds": round(report.seconds, 1),
        "latency": {"p50": _milliseconds(report.latency(0.5)), "p95": _milliseconds(report.latency(0.95))},
        "in_turn": {
            "recall": round(report.in_turn.recall, 4),
            "items": round(report.in_turn.items, 2),
            "tokens": round(report.in_turn.tokens, 1),
        },
        "by_category": _lines_json(report.turns),
        "sessions": _lines_json(report.sessions),
        "ablation": {ALL: _lines_json(report.ablation)}
        | ({report.aside: _lines_json(report.ablation_aside)} if report.ablation_aside else {}),
    }


def _milliseconds(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _lines_json(lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [
        {
            "name": line.name,
            "questions": line.score.questions,
            "recall": _cuts_json(line.score.recall),
            "any": _cuts_json(line.score.any),
            "all": _cuts_json(line.score.all),
            "mrr": round(line.score.mrr, 4),
            "ndcg@10": round(line.score.ndcg, 4),
        }
        for line in lines
    ]


def _cuts_json(values: Mapping[int, float]) -> dict[str, float]:
    return {str(cut): round(share, 4) for cut, share in values.items()}


def ranking_json(asked: Asked) -> dict[str, Any]:
    """A question's ranking, as `--rankings` writes it."""
    return {"sample": asked.sample, "question": asked.question.text, "ranked": list(asked.ranked)}
