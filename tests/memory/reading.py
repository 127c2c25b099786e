"""A scripted model that reads what users say, and judges pairs of statements."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from memchat.memory.prompts import prompt
from memchat.memory.reconciling import Verdict
from memchat.providers.scripted import Say

PAIR = re.compile(r"^\d+\. Earlier: (?P<old>.*?) New: (?P<new>.*)$", re.MULTILINE)
LINE = re.compile(r"^(?P<number>\d+)\. (?P<text>.*)$", re.MULTILINE)


class Reader:
    """Says of each line that it is a fact about the topic whose word is in it, and of each pair what it is told to.

    Args:
        topics: Words, and what a line with one tells.
        verdict: What it says of an earlier and a new statement.

    Attributes:
        read: The lines that it was shown.
        pairs: The pairs that it was asked about.
        calls: How many requests of either kind came.
    """

    def __init__(
        self,
        topics: Mapping[str, str] | None = None,
        verdict: Callable[[str, str], Verdict] = lambda _, __: "unrelated",
    ) -> None:
        self.topics = dict(topics or {})
        self.verdict = verdict
        self.read: list[str] = []
        self.pairs: list[tuple[str, str]] = []
        self.calls = 0

    def answers(self, body: Mapping[str, Any]) -> bool:
        """Whether a request is one for it."""
        return body["messages"][0]["content"] in (prompt("extract"), prompt("reconcile"))

    def __call__(self, body: Mapping[str, Any]) -> Say:
        self.calls += 1
        asked = str(body["messages"][-1]["content"])
        reading = body["messages"][0]["content"] == prompt("extract")
        answer = self._lines(body, asked) if reading else self._pairs(asked)
        return Say(json.dumps(answer, ensure_ascii=False), usage=(100, 10))

    def _lines(self, body: Mapping[str, Any], asked: str) -> dict[str, Any]:
        schemas = body["response_format"]["json_schema"]["schema"]["properties"]
        answer: dict[str, Any] = {}
        for line in LINE.finditer(asked.rsplit("Lines:\n", maxsplit=1)[-1]):
            self.read.append(line["text"])
            topic = next((topic for word, topic in self.topics.items() if word in line["text"]), "")
            fields = schemas[line["number"]]["properties"]
            kind = "fact" if topic else fields["kind"]["enum"][-1]
            values = {"kind": kind, "topic": topic, "holds": "years", "text": line["text"], "known": 0}
            answer[line["number"]] = {name: values[name] for name in fields}
        return answer

    def _pairs(self, asked: str) -> dict[str, Verdict]:
        found = [(match["old"], match["new"]) for match in PAIR.finditer(asked)]
        self.pairs += found
        return {str(number): self.verdict(old, new) for number, (old, new) in enumerate(found, start=1)}
