"""What a check found."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Literal

from memchat.core.settings import Settings
from memchat.paths import Paths

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        subject: What, in a word or two.
        detail: How it is.
        advice: What to do about it, when it is not as it should be.
    """

    subject: str
    state: State
    detail: str
    advice: str = ""


def ok(subject: str, detail: str) -> Finding:
    return Finding(subject=subject, state="ok", detail=detail)


def warn(subject: str, detail: str, advice: str) -> Finding:
    return Finding(subject=subject, state="warn", detail=detail, advice=advice)


def fail(subject: str, detail: str, advice: str) -> Finding:
    return Finding(subject=subject, state="fail", detail=detail, advice=advice)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the checks look at; the defaults where the config cannot be read."""

    settings: Settings
    paths: Paths


Check = Callable[[Surroundings], AsyncIterator[Finding]]
