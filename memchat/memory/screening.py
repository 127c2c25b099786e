"""Secrets out, before anything is stored, sent to be summarised or embedded.

Conservative: a placeholder where there is no secret damages what the user said for good. So a replacement needs a shape
that nothing else has (`sk-…`, `ghp_…`, a PEM block), or a word that says what follows (`password = …`) and a value that
looks like one, or a card number that is grouped and checks out. Hashes, UUIDs, phone numbers and order numbers stay.
"""

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Screened:
    """A text without its secrets.

    Attributes:
        text: With a placeholder such as `[secret: api key]` for each secret.
        replaced: The kind of each secret that was replaced.
    """

    text: str
    replaced: tuple[str, ...]


def _always(_: str) -> bool:
    return True


PLACEHOLDER = re.compile(r"\[secret: [a-z ]+\]")
"""What stands in a text where a secret was."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """A shape of secret; group `secret` is what is replaced, the whole match where there is no such group."""

    kind: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = _always


def _entropy(text: str) -> float:
    """Bits a character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values()) if text else 0.0


def _random(value: str) -> bool:
    """Whether `value` looks drawn rather than written: letters and digits mixed, hardly repeating."""
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    return mixed and _entropy(value) >= 3.0


def _key_like(value: str) -> bool:
    """Whether `value` is a key rather than a hyphenated name, such as a class in a style sheet."""
    digits = sum(c.isdigit() for c in value)
    return _random(value) and digits >= 2 and (digits >= 5 or any(c.isupper() for c in value))


def _token_like(value: str) -> bool:
    return len(value) >= 16 and _random(value)


def _password_like(value: str) -> bool:
    """Whether `value` is a password rather than the next word of a sentence."""
    kinds = (any(c.isdigit() for c in value), any(c.isalpha() for c in value), any(not c.isalnum() for c in value))
    return len(value) >= 6 and sum(kinds) >= 2 and not _is_reference(value)


def _is_reference(value: str) -> bool:
    """Whether `value` names where a secret is rather than being one: `$TOKEN`, `os.environ[…]`, `<your key>`."""
    return bool(
        re.match(r"[$<{%\[(]|(?:os|process|config|settings|self|env|environ|getenv|input|request)\b", value)
        or re.fullmatch(r"\d{1,2}-[a-z]+\W*|[A-Za-z_][\w.]*\(.*|[xX*.•]+|[A-Za-z]+(?:[-_. ][A-Za-z]+)+", value)
    )


def _card(value: str) -> bool:
    """Whether the digits are a payment card's: a known beginning, the right length, and Luhn's check."""
    digits = [int(c) for c in value if c.isdigit()]
    number = "".join(map(str, digits))
    if not re.fullmatch(
        r"4\d{12}(?:\d{3})?|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|3[47]\d{13}|6(?:011|5\d\d)\d{12}", number
    ):
        return False
    if len(set(digits)) < 2:
        return False
    doubled = (d if at % 2 == 0 else d * 2 - 9 * (d > 4) for at, d in enumerate(reversed(digits)))
    return sum(doubled) % 10 == 0


def _rule(kind: str, pattern: str, holds: Callable[[str], bool] = _always, flags: int = 0) -> _Rule:
    return _Rule(kind, re.compile(pattern, flags), holds)


_EDGE = r"(?<![A-Za-z0-9_\-])"
_END = r"(?![A-Za-z0-9_\-])"
_PEM = r"(?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?"
_RULES: tuple[_Rule, ...] = (
    _rule("private key", rf"-----BEGIN {_PEM}-----[\s\S]{{20,20000}}?-----END {_PEM}-----"),
    _rule("api key", rf"{_EDGE}sk-(?:ant-|proj-|svcacct-|or-v1-|lf-)?[A-Za-z0-9_\-]{{20,200}}{_END}", _key_like),
    _rule("api key", rf"{_EDGE}[sr]k_(?:live|test)_[A-Za-z0-9]{{16,120}}{_END}"),
    _rule("api key", rf"{_EDGE}AIza[A-Za-z0-9_\-]{{35}}{_END}"),
    _rule(
        "api key", rf"{_EDGE}(?:gsk_|xai-|hf_|r8_|pplx-|nvapi-|dop_v1_|SG\.)[A-Za-z0-9_\-.]{{24,140}}{_END}", _random
    ),
    _rule("token", rf"{_EDGE}(?:gh[pousr]_[A-Za-z0-9]{{30,255}}|github_pat_[A-Za-z0-9_]{{40,255}}){_END}"),
    _rule("token", rf"{_EDGE}glpat-[A-Za-z0-9_\-]{{20,64}}{_END}"),
    _rule("token", rf"{_EDGE}xox[abeoprs]-[A-Za-z0-9\-]{{10,250}}{_END}", _random),
    _rule("token", rf"{_EDGE}(?:npm_[A-Za-z0-9]{{36}}|pypi-[A-Za-z0-9_\-]{{50,250}}){_END}"),
    _rule("token", rf"{_EDGE}eyJ[A-Za-z0-9_\-]{{8,2000}}\.eyJ[A-Za-z0-9_\-]{{8,4000}}\.[A-Za-z0-9_\-]{{16,2000}}"),
    _rule("token", rf"{_EDGE}\d{{8,10}}:AA[A-Za-z0-9_\-]{{33}}{_END}"),
    _rule("aws key", rf"{_EDGE}(?:AKIA|ASIA)[A-Z2-7]{{16}}{_END}"),
    _rule(
        "password",
        r"(?<=://)[^\s:/@'\"]{0,64}:(?P<secret>[^\s@/'\"]{3,128})@(?=[\w.\-\[])",
        lambda v: not _is_reference(v),
    ),
    _rule(
        "token",
        r"\b(?:authorization\s*[:=]\s*['\"]?)?bearer\s+(?P<secret>[A-Za-z0-9_\-.~+/]{16,2000}=*)",
        _token_like,
        re.IGNORECASE,
    ),
    _rule(
        "api key",
        r"\b[\w\-]{0,40}(?:api[\s_\-]?key|secret[\s_\-]?(?:access[\s_\-]?)?key|access[\s_\-]?key|auth[\s_\-]?token|access[\s_\-]?token"
        r"|refresh[\s_\-]?token|client[\s_\-]?secret|api[\s_\-]?token|api[\s_\-]?secret)\w{0,20}['\"]?\s*(?:[:=]>?|\bis\b)\s*"
        r"['\"`]?(?P<secret>[A-Za-z0-9_\-./+]{16,512}={0,2})(?![A-Za-z0-9_\-/+(])",
        lambda value: _token_like(value) and not _is_reference(value),
        re.IGNORECASE,
    ),
    _rule(
        "password",
        r"\b[\w\-]{0,40}(?:password|passwd|passphrase|pwd)['\"]?\s*(?:[:=]|\bis\b)\s*(?P<quote>['\"`]?)(?P<secret>[^\s'\"`,;]{6,128})",
        _password_like,
        re.IGNORECASE,
    ),
    _rule(
        "card number",
        r"(?<![\d.\-/])(?:\d{4}[ \-]\d{4}[ \-]\d{4}[ \-]\d{4}|3[47]\d{2}[ \-]\d{6}[ \-]\d{5})(?![\d\-/]|\.\d)",
        _card,
    ),
    _rule(
        "card number",
        r"\b(?:card|visa|mastercard|amex|credit|debit)\b[^\d\n]{0,40}(?P<secret>\d{13,16})(?!\d)",
        _card,
        re.IGNORECASE,
    ),
)


def screen(text: str) -> Screened:
    """`text` with a typed placeholder for every secret; screening twice changes nothing more."""
    replaced: list[str] = []
    for rule in _RULES:
        group = "secret" if "secret" in rule.pattern.groupindex else 0

        def replacement(match: re.Match[str], rule: _Rule = rule, group: str | int = group) -> str:
            secret = match.group(group)
            if PLACEHOLDER.search(secret) or not rule.holds(secret):
                return match.group()
            replaced.append(rule.kind)
            start, end = match.span(group)
            whole = match.group()
            return f"{whole[: start - match.start()]}[secret: {rule.kind}]{whole[end - match.start() :]}"

        text = rule.pattern.sub(replacement, text)
    return Screened(text, tuple(replaced))


def screen_if(text: str, *, on: bool) -> str:
    """`text` with its secrets replaced, where that is wanted."""
    return screen(text).text if on else text
