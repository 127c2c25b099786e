"""Secrets out, before anything is stored, sent to be summarised or embedded.

Conservative: a placeholder where there is no secret damages what the user said for good. So a replacement needs a shape
that nothing else has (`sk-…`, `ghp_…`, a PEM block), or a word that says what follows (`password = …`) and a value that
looks like one, or a card or bank account number that checks out. Hashes, UUIDs, phone numbers and order numbers stay.
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


def _account(value: str) -> bool:
    """Whether `value` is an IBAN: its check digits are right (ISO 7064, modulo 97)."""
    plain = value.replace(" ", "")
    if not 15 <= len(plain) <= 34:
        return False
    turned = "".join(str(int(character, 36)) for character in plain[4:] + plain[:4])
    return int(turned) % 97 == 1


def _told_password(value: str) -> bool:
    """Whether what follows `my password is` is one: letters and digits mixed, or digits alone."""
    return _password_like(value) or (value.isdecimal() and 4 <= len(value) <= 12)


def _rule(kind: str, pattern: str, holds: Callable[[str], bool] = _always, flags: int = 0) -> _Rule:
    return _Rule(kind, re.compile(pattern, flags), holds)


_EDGE = r"(?<![A-Za-z0-9_\-])"
_END = r"(?![A-Za-z0-9_\-])"
_PEM = r"(?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?"
_KEYWORD = (
    r"(?:pass(?:wor[dt]|code|phrase|wd)|kennwort|\b(?:pass|pw|mdp|pwd)(?=\s*[:=])"
    r"|(?:wi-?fi|wlan|wpa2?|network|router|licen[cs]e)[ \-](?:key|schlüssel)|clé (?:wi-?fi|réseau)"
    r"|chiave wi-?fi|schlüsselwort|wlan-?schlüssel|mot de passe|contraseña|\bclave"
    r"|\bsenha"
    r"|palavra-passe|parola d['’]ordine|wachtwoord|парол[ья]|密[碼码]|通行[碼码]|パスワード|暗証番号"
    r"|비밀번호|비번|암호)"
)
_ABOUT_IT = r"(?![\s\-]*(?:hash|manager|field|policy|reset|rule|length|strength|check|generator|feld|manager|länge))"
_DIGITS_KEYWORD = (
    r"(?:\bpin\b(?:[\s\-]?(?:code|number|nummer|kod)\b)?|\bpincode\b|geheimzahl|geheimnummer|пин(?:-?код\w*)?\b"
    r"|(?:zugangs|zutritts|tür|alarm)code|\b(?:door|entry|gate|alarm|access|security) code\b|code d['’]accès|digicode"
    r"|\botp\b|\bverification code|bestätigungscode|code de (?:vérification|confirmation)"
    r"|código de verifica(?:ción|ção)"
    r"|codice di verifica|код подтверждения|驗證碼|验证码|認証コード|確認コード|인증번호"
    r"|código de (?:acceso|acesso)|codice d['’]accesso|toegangscode|код доступа"
    r"|密[碼码]|通行[碼码]|暗証番号|비밀번호|비번)"
)
_LINK = (
    r"(?:\s*[:=：]\s*|['’]s\s+|\s+(?:to|auf)\s+|\s*(?:\b(?:is|ist|lautet|est|c['’]est|es|é|è|was|war|это)\b)\s+"
    r"(?:(?:still|now|just|always|noch|immer noch|jetzt|toujours|todavía|ancora|ainda|nog)\s+)?"
    r"|\s*(?:是|為|为|は|が|은|는|이|가)\s*|\s+[-–—]\s+)"
)
_WITHIN = r"[^\n.!?。！？\[\]]{0,40}?"
_UNQUOTED = r"[^\s'\"`,;，。、„“”«»「」\[\]\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]"
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
        "password",
        rf"(?<!secret: ){_KEYWORD}{_ABOUT_IT}{_WITHIN}{_LINK}['\"`„“«「]?"
        rf"(?P<secret>(?=\S{{0,100}}[^\s.,?!;:)'\"A-Za-zÀ-ž]){_UNQUOTED}{{3,127}}(?![A-Za-z0-9])(?<![.?!)]))(?!\s*(?:bits?|bytes?|char|zeichen|days?|tage)\b)",
        _told_password,
        re.IGNORECASE,
    ),
    _rule(
        "password",
        r"(?<!secret: )(?:парол[ья]|密[碼码]|パスワード|비밀번호|비번|passwort|wachtwoord|contraseña|mot de passe)"
        rf"(?:\s+[^\W\d]{{1,20}}){{0,3}}?\s+(?P<secret>(?=\S{{0,40}}\d){_UNQUOTED}{{5,127}})",
        _password_like,
        re.IGNORECASE,
    ),
    _rule(
        "pin",
        rf"(?<!secret: ){_DIGITS_KEYWORD}{_WITHIN}{_LINK}['\"„“«「]?(?P<secret>\d(?:[\- ]?\d){{3,9}})"
        r"(?![\d:/]|[.,]\d|\s*(?:mm|euro|€)\b)",
        flags=re.IGNORECASE,
    ),
    _rule(
        "token",
        r"(?:api[\s_\-]?(?:schlüssel|sleutel|キー|키|密[鑰钥]|金鑰)"
        r"|clé(?: d['’])? ?api|(?:clave|chave|chiave)(?: de| da)? (?:la )?api"
        rf"|токен\w*|jeton|トークン|토큰|令牌|ключ\w*){_WITHIN}{_LINK}['\"`„“«「]?"
        rf"(?P<secret>{_UNQUOTED}{{8,512}}(?![A-Za-z0-9])(?<![.?!)]))",
        lambda value: _random(value) and not _is_reference(value),
        re.IGNORECASE,
    ),
    _rule("pin", r"(?:\bPIN|(?i:пин-код)\w*)(?: \w+)?\s+(?P<secret>\d{4,8})(?![\d\-:/]|[.,]\d)"),
    _rule(
        "bank account",
        rf"{_EDGE}(?P<secret>[A-Z]{{2}}\d\d(?: ?[A-Z0-9]{{4}}){{2,7}}(?: ?[A-Z0-9]{{1,3}})?){_END}",
        _account,
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
