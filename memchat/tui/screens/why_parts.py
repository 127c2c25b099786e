"""Why something was in a request, or not: its score as bars, its length and its source, as text to show."""

from memchat.core.context import RecalledItem
from memchat.core.times import now
from memchat.core.why import Reason, ReasonKind, Why
from memchat.tui.looks import Looks, age_in_words
from memchat.tui.text import Part, counted, level, one_line, plain
from memchat.tui.widgets.pane import HANG
from memchat.tui.widgets.panels.recalled import score_text
from memchat.tui.widgets.panels.rows import Row

_BAR = 24
_SMALL = 7
"""Cells of the bar before a line."""

_SHOWN = 8_000
"""Characters of a text that are shown whole."""

NAMES: dict[ReasonKind, str] = {
    "recalled": "recalled",
    "profile": "profile",
    "pinned": "pinned",
    "instruction": "instruction",
    "session": "session",
    "summary": "summary",
    "news": "news",
    "missed": "missed",
}
_COLOURS: dict[ReasonKind, str] = {
    "recalled": "$layer-recalled",
    "profile": "$layer-profile",
    "pinned": "$layer-profile",
    "instruction": "$layer-system",
    "session": "$layer-sessions",
    "summary": "$layer-summary",
    "news": "$layer-recalled",
    "missed": "$dim",
}


def key_of(reason: Reason) -> str:
    """What tells a reason from the others."""
    return f"{reason.how}:{reason.ref}:{reason.text[:40]}"


def rows(why: Why, looks: Looks, muted: frozenset[str]) -> tuple[Row, ...]:
    """What an answer rests on, line by line, and what just missed it."""
    recalled = [reason for reason in why.reasons if reason.how == "recalled"]
    always = [reason for reason in why.reasons if reason.how != "recalled"]
    found = why.recall
    looked = f" of {found.considered:,} looked at · {found.milliseconds:.0f} ms" if found else ""
    told = [Row(key="", left=((f"Recalled · {len(recalled)}{looked}", "bold $primary"),))]
    told += [_row(reason, looks, muted) for reason in recalled]
    if found is not None and found.words_only:
        told.append(Row(key="", left=(("! ", "bold $warning"), (one_line(found.words_only), "$warning"))))
    if always:
        told.append(Row(key="", left=((f"In its context anyway · {len(always)}", "bold $primary"),)))
        told += [_row(reason, looks, muted) for reason in always]
    if why.missed:
        told.append(Row(key="", left=((f"Just missed · {len(why.missed)}", "bold $warning"),)))
        told += [_row(reason, looks, muted) for reason in why.missed]
    return tuple(told)


def _row(reason: Reason, looks: Looks, muted: frozenset[str]) -> Row:
    colour = _COLOURS[reason.how]
    item = reason.item
    if item is not None:
        score: tuple[Part, ...] = (
            (looks.bar(item.score, _SMALL), colour),
            (f" {score_text(item.score)} ", colour if reason.how == "recalled" else "$dim"),
        )
    else:
        score = ((f"{NAMES[reason.how]:<{_SMALL + 5}}", colour),)
    state = "muted" if reason.ref in muted else "gone" if reason.gone else "pinned" if reason.pinned and item else ""
    colour_of_text = "$foreground" if not reason.missed else "$dim"
    text: tuple[Part, ...] = ((one_line(reason.text), colour_of_text),)
    if reason.today:
        text = (("now: ", "$success"), (one_line(reason.today), colour_of_text))
    right = one_line(reason.missed, 28) if reason.missed else str(reason.tokens)
    return Row(
        key=key_of(reason),
        left=(*score, *text),
        right=(*(((f"{state} ", "$warning"),) if state else ()), (right, "$warning" if reason.missed else "$dim")),
    )


def whole(reason: Reason, *, muted: bool, roomy: bool = True) -> tuple[Part, ...]:
    """All that is known of why something was there, or was not.

    Args:
        reason: Why.
        muted: Whether the session does not recall it any more.
        roomy: Whether there are lines to spare for blank ones.
    """
    end = "\n\n" if roomy else "\n"
    text = level(plain(reason.text))
    cut = text[:_SHOWN] + ("…" if len(text) > _SHOWN else "")
    parts: list[Part] = [(f"{cut}{end}", "$foreground")]
    if reason.today:
        parts += [("Now: ", "$success"), (f"{level(plain(reason.today))[:_SHOWN]}{end}", "$foreground")]
    if reason.missed:
        parts.append((f"Not in the request: {plain(reason.missed)}.{end}", "$warning"))
    elif reason.item is None:
        parts.append((f"{_ALWAYS[reason.how]}{end}", "$dim"))
    if reason.item is not None:
        parts += score_parts(reason.item)
        parts.append((end[1:], ""))
    if reason.item is not None and reason.item.since_then:
        parts.append((f"Since then: {one_line(reason.item.since_then, 200)}{end}", "$warning"))
    if reason.gone:
        parts.append((f"It is not in use any more.{end}", "$warning"))
    if muted:
        parts.append((f"Muted in this session: not recalled from its next request on.{end}", "$warning"))
    return (*parts, *_facts(reason))


_ALWAYS: dict[ReasonKind, str] = {
    "recalled": "",
    "missed": "",
    "profile": "The profile is in every request.",
    "pinned": "It is pinned, so it is in every request.",
    "instruction": "A standing instruction, which is in every request.",
    "session": "The summaries of the last sessions are in every request.",
    "summary": "What was folded of this session is in each of its requests as this summary.",
    "news": "It became known after the beginning of the request was frozen, so it stands beside your message.",
}


def _facts(reason: Reason) -> list[Part]:
    item = reason.item
    kind = item.kind if item else NAMES[reason.how]
    parts: list[Part] = [
        ("kind     ", "$dim"),
        HANG,
        (f"{kind}{f' · {reason.kind}' if reason.kind and reason.kind != kind else ''}\n", ""),
        ("length   ", "$dim"),
        HANG,
        (f"{counted(reason.tokens, 'token')}{' of the request' if not reason.missed else ''}\n", ""),
    ]
    where = one_line(reason.session_title, 80) or ("an untitled session" if reason.session_id else "set by hand")
    if reason.how == "summary":
        where = "this session"
    parts += [
        ("session  ", "$dim"),
        HANG,
        (where, ""),
        (f"  {reason.session_id}\n" if reason.session_id else "\n", "$dim"),
    ]
    if reason.message_id:
        role = item.source.role if item else None
        who = "you" if role == "user" else role or ""
        parts += [("message  ", "$dim"), HANG, (who, ""), (f"{'  ' if who else ''}{reason.message_id}\n", "$dim")]
    if reason.memory_id:
        parts += [("memory   ", "$dim"), HANG, (f"{reason.memory_id}\n", "$dim")]
    if reason.at is not None:
        at = reason.at.astimezone()
        age = age_in_words(reason.at, now())
        parts += [("when     ", "$dim"), HANG, (f"{at:%d %b %Y, %H:%M}", ""), (f" · {age}", "$dim")]
    return parts


def of_item(item: RecalledItem) -> tuple[Part, ...]:
    """A recalled item, its score as bars, its length and its source."""
    return whole(
        Reason(
            how="recalled",
            ref=item.id,
            text=item.text,
            tokens=item.tokens,
            layer="recalled",
            item=item,
            session_id=item.source.session_id,
            message_id=item.source.message_id,
            at=item.source.at,
            session_title=item.source.session_title,
        ),
        muted=False,
    )


def score_parts(item: RecalledItem) -> list[Part]:
    """The score and what it is made of, as bars."""
    wide = max([8, *(len(plain(name)) for name in item.parts)])
    parts = _bar("score", item.score, "bold", wide)
    for name, value in sorted(item.parts.items(), key=lambda part: -part[1]):
        parts += _bar(name.replace("_", " "), value, "", wide)
    return parts


def _bar(name: str, value: float, style: str, wide: int) -> list[Part]:
    filled = round(min(1.0, max(0.0, abs(value))) * _BAR)
    return [
        (f"{plain(name):<{wide}} ", f"{style} $dim".strip()),
        ("━" * filled, "$layer-recalled" if value >= 0 else "$error"),
        ("─" * (_BAR - filled), "$rule"),
        (f" {value:.2f}\n", style),
    ]
