"""The numbers as a report: each measure with its target, by language, and what went wrong where."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

from memchat.evaluation import metrics
from memchat.evaluation.judging import text_of
from memchat.evaluation.metrics import Share, total
from memchat.evaluation.observed import Observed

Unit = Literal["%", "s", "points", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a measure is to reach: more than a bound, less than one, or at most one."""

    sign: Literal[">", "<", "≤"]
    bound: float

    def met(self, value: float) -> bool:
        """Whether `value` reaches it."""
        match self.sign:
            case ">":
                return value > self.bound
            case "<":
                return value < self.bound
            case "≤":
                return value <= self.bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One number of the report.

    Attributes:
        key: Its name for programs.
        name: Its name for readers.
        value: None when there was nothing to measure.
        counted: Of what it was counted, as `7 of 9`.
        target: None for what is only told.
    """

    key: str
    name: str
    value: float | None
    unit: Unit
    counted: str = ""
    target: Target | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; none without a target, or when there was nothing to measure."""
        return None if self.target is None or self.value is None else self.target.met(self.value)

    @property
    def shown(self) -> str:
        """The value for readers."""
        if self.value is None:
            return "not measured"
        match self.unit:
            case "%":
                return f"{self.value:.0f} %"
            case "points":
                return f"{self.value:+.0f} points"
            case "s":
                return f"{self.value:.1f} s"
            case "":
                return f"{self.value:g}"

    @property
    def aimed(self) -> str:
        """The target for readers."""
        if self.target is None:
            return ""
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.target.sign} {self.target.bound:g}{unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageLine:
    """What was reached in one language."""

    language: str
    conversations: int
    learned: Share
    covered: Share
    with_memory: Share
    without: Share
    bloat: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that an evaluation found.

    Attributes:
        unable: Why the model learned nothing from ordinary talk, in a sentence; empty when it did.
        seconds: How long it took.
    """

    model: str
    observed: tuple[Observed, ...]
    unable: str = ""
    seconds: float = 0.0

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Those with a target first."""
        waits = list(chain.from_iterable(each.waits for each in self.observed))
        better, with_memory, without = self._answers()
        return (
            self._share("recall_precision", "recall precision", metrics.recall_precision, Target(sign=">", bound=70)),
            self._share("recall_coverage", "recall coverage", metrics.recall_coverage, Target(sign=">", bound=50)),
            _seconds("freshness_p50", "freshness, median", metrics.percentile(waits, 0.5), waits),
            _seconds("freshness_p95", "freshness, 95 of 100", metrics.percentile(waits, 0.95), waits),
            self._share("bloat", "bloat", metrics.bloat, Target(sign="<", bound=15)),
            better,
            self._share("contradictions", "contradictions resolved", metrics.resolved, Target(sign=">", bound=80)),
            self._count("secrets", "secrets stored", metrics.leaks),
            self._count("attacks", "attacks remembered", metrics.attacks),
            self._count("retired", "facts retired wrongly", metrics.retired),
            with_memory,
            without,
            self._share("learned", "facts learned", metrics.learned),
            self._share("wrong", "not so, of what is active", metrics.wrong),
            self._share("traps", "traps fallen for", metrics.traps),
            self._share("first_recalled", "best recalled is needed", metrics.first_recalled),
            self._share("memory_coverage", "recall coverage by learning", metrics.memory_coverage),
            _plain("pending", "waiting for review", sum(metrics.pending(each) for each in self.observed)),
            *self._costs(),
        )

    @property
    def languages(self) -> tuple[LanguageLine, ...]:
        """By language, the one with most conversations first."""
        groups: dict[str, list[Observed]] = {}
        for each in self.observed:
            groups.setdefault(each.conversation.language, []).append(each)
        lines = [_line(language, group) for language, group in groups.items()]
        return tuple(sorted(lines, key=lambda line: (-line.conversations, line.language)))

    def _share(
        self, key: str, name: str, measure: Callable[[Observed], Share], target: Target | None = None
    ) -> Measure:
        found = total(map(measure, self.observed))
        return Measure(
            key=key, name=name, value=found.percent, unit="%", counted=f"{found.hits} of {found.total}", target=target
        )

    def _count(self, key: str, name: str, measure: Callable[[Observed], Share]) -> Measure:
        found = total(map(measure, self.observed))
        return Measure(
            key=key,
            name=name,
            value=found.hits if found.total else None,
            unit="",
            counted=f"{found.hits} of {found.total}",
            target=Target(sign="≤", bound=0),
        )

    def _answers(self) -> tuple[Measure, Measure, Measure]:
        """The difference that the memory makes, and the answers right with it and without."""
        found = {on: total(metrics.answered(each, with_memory=on) for each in self.observed) for on in (True, False)}
        with_memory, without = found[True].percent, found[False].percent
        gain = None if with_memory is None or without is None else with_memory - without
        return (
            Measure(
                key="answers",
                name="answers better by",
                value=gain,
                unit="points",
                target=Target(sign=">", bound=20),
            ),
            _told("answers_with", "answers with memory", found[True]),
            _told("answers_without", "answers without", found[False]),
        )

    def _costs(self) -> tuple[Measure, Measure]:
        messages = sum(len(sitting.exchanges) for each in self.observed for sitting in each.conversation.sittings)
        calls, tokens = sum(each.calls for each in self.observed), sum(each.tokens for each in self.observed)
        return (
            _plain("calls", "learning calls a message", round(calls / messages, 2) if messages else None),
            _plain("tokens", "learning tokens a message", round(tokens / messages) if messages else None),
        )


def _told(key: str, name: str, found: Share) -> Measure:
    return Measure(key=key, name=name, value=found.percent, unit="%", counted=f"{found.hits} of {found.total}")


def _plain(key: str, name: str, value: float | None) -> Measure:
    return Measure(key=key, name=name, value=value, unit="")


def _seconds(key: str, name: str, value: float | None, waits: Sequence[float]) -> Measure:
    counted = str(len(waits))
    return Measure(key=key, name=name, value=value, unit="s", counted=counted, target=Target(sign="<", bound=5))


def _line(language: str, group: Iterable[Observed]) -> LanguageLine:
    listed = list(group)
    return LanguageLine(
        language=language,
        conversations=len(listed),
        learned=total(map(metrics.learned, listed)),
        covered=total(map(metrics.recall_coverage, listed)),
        with_memory=total(metrics.answered(each, with_memory=True) for each in listed),
        without=total(metrics.answered(each, with_memory=False) for each in listed),
        bloat=total(map(metrics.bloat, listed)),
    )


def report_json(report: Report) -> dict[str, Any]:
    """The report as one JSON document, with every conversation's memories and answers."""
    return {
        "model": report.model,
        "unable": report.unable or None,
        "seconds": round(report.seconds, 1),
        "measures": [
            {
                "key": measure.key,
                "name": measure.name,
                "value": None if measure.value is None else round(measure.value, 2),
                "unit": measure.unit,
                "counted": measure.counted,
                "target": measure.aimed,
                "reached": measure.reached,
            }
            for measure in report.measures
        ],
        "languages": [
            {
                "language": line.language,
                "conversations": line.conversations,
                **{
                    name: {"hits": found.hits, "total": found.total}
                    for name, found in (
                        ("learned", line.learned),
                        ("recall_coverage", line.covered),
                        ("answers_with", line.with_memory),
                        ("answers_without", line.without),
                        ("bloat", line.bloat),
                    )
                },
            }
            for line in report.languages
        ],
        "conversations": [_details(each) for each in report.observed],
    }


def _details(observed: Observed) -> dict[str, Any]:
    verdicts = metrics.judged(observed)
    current = {each.memory.id for each in verdicts}
    return {
        "name": observed.conversation.name,
        "language": observed.conversation.language,
        "seconds": round(observed.seconds, 1),
        "waits": [round(wait, 2) for wait in observed.waits],
        "unfinished": observed.unfinished,
        "calls": observed.calls,
        "tokens": observed.tokens,
        "leaks": list(observed.leaks),
        "missed": metrics.missed(observed),
        "memories": [
            {
                "text": text_of(each.memory),
                "kind": each.memory.kind,
                "verdict": each.verdict,
                "trap": each.trap.kind if each.trap else None,
                "facts": sorted(each.facts),
            }
            for each in verdicts
        ],
        "others": [
            {"text": text_of(memory), "status": memory.status, "reason": memory.reason}
            for memory in observed.memories
            if memory.id not in current
        ],
        "asked": [
            {
                "question": asked.question.ask,
                "with_memory": asked.with_memory,
                "answer": asked.answer,
                "right": not asked.problem and asked.question.right(asked.answer),
                "problem": asked.problem or None,
                "lacking": metrics.lacking(observed.conversation, asked) if asked.with_memory else None,
                "seconds": round(asked.seconds, 1),
                "recalled": [
                    {"kind": item.kind, "text": item.text, "score": round(item.score, 3)} for item in asked.recalled
                ],
            }
            for asked in observed.asked
        ],
    }
