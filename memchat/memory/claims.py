"""Which sentences of a message state something about the user: without a model, in several languages.

Conservative: questions, suppositions, play, quotations, reported speech, pasted text, small talk and what is only of
this moment are no claims. A message without a claim costs no call of a model.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from memchat.memory.answers import answered
from memchat.memory.languages import Language, language_of
from memchat.memory.screening import PLACEHOLDER
from memchat.memory.sentences import own_text, sentences

_FIRST_WORDS = 400
_NO_MORE = 4
MOST = 12
"""Claims of one message at most."""

_SECRET = re.compile(
    r"\b(?:password|passwort|passwd|passphrase|contraseña|senha|mot de passe|wachtwoord|пароль|pin code)|[密通][碼码]"
    r"|パスワード|暗証番号|비밀번호",
    re.IGNORECASE,
)
_JOINING = {
    "en": "and|but|so",
    "de": "und|aber",
    "fr": "et|mais",
    "es": "y|e|pero",
    "pt": "e|mas",
    "it": "e|ed|ma",
    "nl": "en|maar",
    "ru": "и|а|но",
    "other": "(?!)",
}
_JOINED = {code: re.compile(rf"(?:{words})(?:\s+also)?\s+", re.IGNORECASE) for code, words in _JOINING.items()}
_I = re.compile(r"\b(?:i|we)\b|\bi['’]?m\b", re.IGNORECASE)
_OPEN = {
    "en": re.compile(r"\b(?:it|them|there)\b(?!['’]s|\s(?:is|are|was|were)\b)", re.IGNORECASE),
    "de": re.compile(r"\b(?:sie|ihn|ihm|ihnen|dort)\b"),
}
_WORD = re.compile(r"[^\W_]+")
_SPACED_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A clause in which the user may state something about themselves.

    Attributes:
        quote: The words as they stand in the message.
        text: The same, with the subject put before it where the clause before it has it.
        before: The sentence before it, for what `she` and `it` mean.
        about: The person or animal of the user's that it speaks of, in the user's words, such as `my sister Mia`.
        mentions: The one whom it names last, so that `she` in the next sentence is told.
        answers: The profile field that the assistant had just asked for; `text` is the value.
        standing: Whether it says how the assistant is to answer from now on.
        hedged: Whether the user is not sure of it.
        past: Whether it is no longer so.
        several: Whether it comes beside others rather than in their place.
    """

    quote: str
    text: str
    language: Language
    before: str = ""
    about: str = ""
    mentions: str = ""
    answers: str = ""
    standing: bool = False
    hedged: bool = False
    past: bool = False
    several: bool = False


def claims(message: str, *, before: str = "", playing: bool = False) -> tuple[Claim, ...]:
    """The claims in a message of the user, in order; none when there is nothing that could be learned from it.

    Args:
        message: As the user sent it.
        before: What the assistant had said before it; only whether it asked for a profile field counts.
        playing: Whether it is part of a play that began before it.
    """
    language = language_of(message)
    own = own_text(message, language)
    if play_goes_on(message, playing=playing) or plays(message):
        return ()
    if answer := answered(message, before):
        field, value = answer
        return (Claim(quote=value, text=value, language=language, answers=field),)
    found: list[Claim] = []
    previous = ""
    for sentence in sentences(own):
        own_language = language_of(sentence.text)
        if own_language.code in {"en", "other"} and language.code not in {"zh", "ja", "ko", "ru"}:
            own_language = language
        if own_language.jokes.search(sentence.text):
            found = [each for each in found if each.quote not in previous]
            previous = sentence.text
            continue
        statement = _stated(sentence.text, own_language, asks=sentence.asks)
        if statement:
            named = found[-1].mentions if found and found[-1].quote in previous else ""
            found += _clauses(statement, previous, own_language, named)
        previous = sentence.text
    return tuple(found[:MOST])


def plays(message: str) -> bool:
    """Whether the message opens a play or asks for fiction, so that nothing in it is meant of the user."""
    language = language_of(message)
    return language.plays.search(own_text(message, language)) is not None


def play_goes_on(message: str, *, playing: bool = False) -> bool:
    """Whether what follows the message in its session is play.

    Args:
        message: What the user said.
        playing: Whether it was said in a play.
    """
    language = language_of(message)
    if language.ends_play.search(message[:_FIRST_WORDS]):
        return False
    return playing or language.opens_play.search(own_text(message, language)) is not None


def _stated(sentence: str, language: Language, *, asks: bool) -> str:
    """The part of a sentence that states something; empty when it asks or supposes."""
    opening = language.before_question.match(sentence)
    if opening and (asks or not language.first_person.search(sentence[opening.end() :])):
        sentence, asks = opening["claim"], False
    if asks or language.asks.search(sentence) or language.supposes.search(sentence):
        return ""
    return sentence


def _clauses(sentence: str, before: str, language: Language, named: str) -> Iterator[Claim]:
    if language.standing.search(sentence) and not language.not_standing.search(sentence):
        yield Claim(quote=sentence, text=sentence, language=language, before=before, standing=True)
        return
    for text, quote in _parts(sentence, language):
        reported = language.reports.search(text)
        if reported and len(text) - reported.end() <= _NO_MORE:
            # What follows is what the other said.
            return
        follows = bool(named) and language.follows.search(text) is not None
        if _claims(text, language, follows=follows):
            mentions, about = _whom(text, language)
            named = mentions or (named if follows else "")
            yield Claim(
                quote=quote,
                text=text,
                language=language,
                before=before,
                about=named if follows else about,
                mentions=named,
                hedged=language.hedges.search(text) is not None,
                past=language.past.search(text) is not None,
                several=language.also.search(text) is not None,
            )


def _parts(sentence: str, language: Language) -> Iterator[tuple[str, str]]:
    """The clauses of a sentence, each as it is read and as it stands there."""
    starts = [0, *(match.start() for match in language.joins.finditer(sentence)), len(sentence)]
    starts = [at for at, end in pairwise(starts) if not (at and _leans(sentence[at:end], language))]
    for start, end in pairwise([*starts, len(sentence)]):
        clause = _trimmed(sentence[start:end], language)
        carried = [0, *(match.start() for match in language.carries.finditer(clause)), len(clause)]
        leads = language.leads.search(clause) is not None
        if not leads:
            carried = [0, len(clause)]
        for number, (first, last) in enumerate(pairwise(carried)):
            quote = _trimmed(clause[first:last], language)
            if quote:
                yield (f"{language.lead}{quote}" if number else quote), quote


def _leans(clause: str, language: Language) -> bool:
    """Whether a clause tells something only with the one before it, as in "I played the cello, but I gave it up"."""
    pattern = _OPEN.get(language.code)
    return pattern is not None and pattern.search(clause) is not None and language.passing.search(clause) is None


def _trimmed(clause: str, language: Language) -> str:
    """`clause` without what joins it to the one before, and without the marks around it."""
    stripped = clause.strip(" \t\r\n,;:，、；：-–—")
    joined = _JOINED.get(language.code, _JOINED["other"]).match(stripped)
    if joined:
        stripped = stripped[joined.end() :]
    return stripped


def _whom(text: str, language: Language) -> tuple[str, str]:
    """The person or animal of the user's that a clause names, as it names them; and again, if it is about them."""
    found = language.relations.search(text)
    if found is None:
        return "", ""
    name = re.match(r"(?:,? (?:is )?(?:called|named))? (?P<name>[A-Z][\w'’\-]+)", text[found.end() :])
    whom = f"{found.group()} {name['name']}" if name else found.group()
    # "I run because my doctor said so" is about the user.
    about_the_user = language.code == "en" and _I.search(text[: found.start()])
    return whom, "" if about_the_user else whom


def _claims(text: str, language: Language, *, follows: bool) -> bool:
    if PLACEHOLDER.search(text) or _SECRET.search(text) or language.jokes.search(text) or language.reports.search(text):
        return False
    if (
        not follows
        and not language.first_person.search(text)
        and not any(read.kind == "decision" and read.pattern.search(text) for read in language.reads)
    ):
        return False
    least = 3 if language.code in {"en", "other"} else 2
    if len(_WORD.findall(text)) < least and not _SPACED_CJK.search(text):
        return False
    return language.passing.search(text) is None or language.lasting.search(text) is not None
