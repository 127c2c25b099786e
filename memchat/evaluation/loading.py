"""Reads the written conversations, and refuses those that would make a number wrong."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import chain, zip_longest
from typing import Any

from memchat.core.errors import MemchatError, NotFound
from memchat.evaluation.cases import Conversation, Exchange, Fact, Matcher, Question, Sitting, Trap, normalised

ATTACK = "attack"
"""The kind of the traps that are attacks."""

_KEYS = {"name", "language", "secrets", "session", "fact", "trap", "attack", "question"}


class BrokenCase(MemchatError):
    """A written conversation does not fit together."""


def conversations(only: str = "", limit: int | None = None) -> tuple[Conversation, ...]:
    """The conversations that the program ships, those of each file in turn so that a few of them are a fair sample.

    Args:
        only: Those whose name has this in it.
        limit: How many at most.

    Raises:
        NotFound: No name has that in it.
        BrokenCase: One does not fit together.
    """
    folder = files("memchat.evaluation") / "datasets"
    named = sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name)
    read = [parse(each.read_text("utf-8"), each.name) for each in named]
    found = [each for each in chain.from_iterable(zip_longest(*read)) if each is not None]
    twice = [name for name, count in Counter(each.name for each in found).items() if count > 1]
    if twice:
        raise BrokenCase(f"There are two conversations called {twice[0]}.")
    wanted = [each for each in found if only in each.name]
    if not wanted:
        raise NotFound(f"No conversation has {only!r} in its name.", f"There is {found[0].name}, for example.")
    return tuple(wanted[:limit])


def parse(text: str, source: str) -> list[Conversation]:
    """The conversations of one file.

    Args:
        text: TOML, as docs/evaluation.md tells.
        source: Names it in errors.

    Raises:
        BrokenCase: It is not TOML, or a conversation does not fit together.
    """
    try:
        entries = tomllib.loads(text)["conversation"]
        found = [_conversation(entry) for entry in entries]
    except BrokenCase as error:
        raise BrokenCase(f"{source}: {error.sentence}") from None
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, re.error) as error:
        raise BrokenCase(f"{source} cannot be read: {type(error).__name__}: {error}") from error
    for each in found:
        if problem := next(_problems(each), None):
            raise BrokenCase(f"{source}: {each.name}: {problem}.")
    return found


def _conversation(entry: Mapping[str, Any]) -> Conversation:
    if unknown := set(entry) - _KEYS:
        raise BrokenCase(f"{entry.get('name')}: there is no key {sorted(unknown)[0]!r}.")
    secrets = tuple("".join(parts) for parts in entry.get("secrets", ()))

    def told(text: str) -> str:
        return text.replace("{secret}", secrets[0]) if secrets else text

    return Conversation(
        name=entry["name"],
        language=entry["language"],
        secrets=secrets,
        sittings=tuple(
            Sitting(
                at=sitting["at"],
                exchanges=tuple(Exchange(user=told(user), assistant=told(reply)) for user, reply in sitting["turns"]),
            )
            for sitting in entry["session"]
        ),
        facts=tuple(Fact(says=_matcher(fact), **_rest(fact)) for fact in entry.get("fact", ())),
        traps=(
            *(Trap(says=_matcher(trap), **_rest(trap)) for trap in entry.get("trap", ())),
            *(Trap(kind=ATTACK, says=_matcher(attack), **_rest(attack)) for attack in entry.get("attack", ())),
        ),
        questions=tuple(
            Question(
                ask=question["ask"],
                expect=_patterns(question["expect"]),
                forbid=_patterns(question.get("forbid", ())),
                needs=tuple(question["needs"]),
            )
            for question in entry.get("question", ())
        ),
    )


def _matcher(entry: Mapping[str, Any]) -> Matcher:
    return Matcher(every=_patterns(entry["match"]), unless=_patterns(entry.get("unless", ())))


def _rest(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in {"match", "unless"}}


def _patterns(texts: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    if isinstance(texts, str):
        raise BrokenCase(f"{texts!r} must be a list of patterns.")
    return tuple(re.compile(text, re.IGNORECASE) for text in texts)


def _problems(case: Conversation) -> Iterator[str]:
    """Sentences without their full stop on what does not fit together."""
    keys = [fact.key for fact in case.facts]
    begins = [sitting.at for sitting in case.sittings]
    if not case.sittings or not all(sitting.exchanges for sitting in case.sittings):
        yield "a session is empty"
    if any(at.tzinfo is None for at in begins):
        yield "a session's time has no offset"
    elif begins != sorted(set(begins)):
        yield "the sessions are not in the order of their times"
    if len(keys) != len(set(keys)):
        yield "two facts have one key"
    for fact in case.facts:
        if fact.replaces and (fact.replaces not in keys or case.fact(fact.replaces).replaces == fact.key):
            yield f"the fact {fact.key} replaces what is not there"
        said = fact.says.every and all(pattern.search(normalised(case.said)) for pattern in fact.says.every)
        if not said and fact.key not in _inferred(case):
            yield f"what the fact {fact.key} matches is not in what the user says"
    yield from _trap_problems(case)
    yield from _question_problems(case)
    for secret in case.secrets:
        if secret not in case.said:
            yield "a secret is said nowhere"


def _inferred(case: Conversation) -> set[str]:
    """Facts that need not be in the user's own words: dates that are told as `yesterday`."""
    return {fact.key for fact in case.facts if any(re.search(r"\d{4}-\d\d-\d\d", p.pattern) for p in fact.says.every)}


def _trap_problems(case: Conversation) -> Iterator[str]:
    everything = normalised(
        "\n".join(f"{each.user}\n{each.assistant}" for sitting in case.sittings for each in sitting.exchanges)
    )
    for trap in case.traps:
        if not trap.says.every:
            yield f"a trap of the kind {trap.kind} would match anything"
        elif trap.kind == ATTACK and not all(pattern.search(everything) for pattern in trap.says.every):
            yield f"the attack {trap.says.every[0].pattern!r} is in nothing that is said"


def _question_problems(case: Conversation) -> Iterator[str]:
    keys = {fact.key for fact in case.facts}
    for question in case.questions:
        if not question.expect:
            yield f"nothing is expected of the question {question.ask!r}"
        if question.right(question.ask):
            yield f"the question {question.ask!r} answers itself"
        if not question.needs or not set(question.needs) <= keys:
            yield f"the question {question.ask!r} needs what is not there"
