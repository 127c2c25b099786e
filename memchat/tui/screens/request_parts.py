"""A request as lines and texts: its pieces, what was left out, what became of the one before."""

import re

from memchat.core.copying import escaped
from memchat.core.differences import Comparison, Difference, DifferenceKind
from memchat.core.messages import Role
from memchat.core.requests import Part as PieceKind
from memchat.core.requests import Piece, SentRequest
from memchat.tui.looks import Looks
from memchat.tui.screens.browser.differences import words
from memchat.tui.screens.why_parts import of_item
from memchat.tui.text import level, one_line, plain, short_number
from memchat.tui.widgets.panels.lines import Part
from memchat.tui.widgets.panels.meter import LAYER_NAMES
from memchat.tui.widgets.panels.recalled import score_text
from memchat.tui.widgets.panels.rows import Row

_ROLES: dict[Role, str] = {"system": "sys", "user": "you", "assistant": "ai", "tool": "tool"}
_NAMES: dict[PieceKind, str] = {**LAYER_NAMES, "calls": "calls", "tools": "tools", "settings": "settings"}  # type: ignore[dict-item]
_SIGNS: dict[DifferenceKind, tuple[str, str]] = {
    "same": ("=", "$dim"),
    "changed": ("~", "$warning"),
    "new": ("+", "$success"),
    "gone": ("-", "$error"),
}
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_JOINED = re.compile(f"[\ufe0e\ufe0f\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]|(?<=[{_MARKS}]{{3}})[{_MARKS}]")
"""Of what is shown as JSON, what terminals draw in different widths: it is written by its number, and none is lost."""

_SHOWN = 30_000
"""Characters that are shown of one text; more take a while to wrap, and copying has them."""


def blocks(request: SentRequest) -> tuple[Row, ...]:
    """The pieces in their order, what was recalled for them, and what was left out."""
    plan = request.plan
    rows = [
        _piece(f"piece:{number}", piece, folds=piece.ref in plan.fold_next)
        for number, piece in enumerate(request.pieces)
        if piece.text.strip()
    ]
    if plan.recalled:
        rows.append(Row(key="", left=((f"Recalled · {len(plan.recalled)}", "bold $primary"),)))
    for number, item in enumerate(plan.recalled):
        rows.append(
            Row(
                key=f"item:{number}",
                left=((f"{score_text(item.score)} ", "$layer-recalled"), (one_line(item.text), "$foreground")),
                right=((f"{item.kind} {short_number(item.tokens)}", "$dim"),),
            )
        )
    if plan.left_out:
        rows.append(Row(key="", left=((f"Left out · {len(plan.left_out)}", "bold $warning"),)))
    for number, left in enumerate(plan.left_out):
        rows.append(
            Row(
                key=f"left:{number}",
                left=(("× ", "$warning"), (one_line(left.text) or LAYER_NAMES[left.layer], "$dim")),
                right=((f"{LAYER_NAMES[left.layer]} {short_number(left.tokens)}", "$dim"),),
            )
        )
    return tuple(rows)


def changes(comparison: Comparison) -> tuple[Row, ...]:
    """What became of each piece of the request before; what a server may have kept comes first."""
    rows: list[Row] = []
    cached = True
    for number, each in enumerate(comparison.differences):
        if cached and not each.cached:
            cached = False
            head = f"{short_number(comparison.cached)} tokens above are as before, and need not be read again"
            rows.append(Row(key="", left=((head, "$dim"),)))
        sign, colour = _SIGNS[each.kind]
        row = _piece(f"change:{number}", each.piece, folds=False, dim=each.kind == "same")
        rows.append(Row(key=row.key, left=((f"{sign} ", f"bold {colour}"), *row.left), right=row.right))
    return tuple(rows)


def block(request: SentRequest, key: str) -> tuple[Part, ...]:
    """What a row of `blocks` stands for, whole."""
    kind, _, number = key.partition(":")
    if kind == "piece":
        piece = request.pieces[int(number)]
        return ((f"{_named(piece)}\n\n", _colour(piece)), *_text(piece.text))
    if kind == "left":
        left = request.plan.left_out[int(number)]
        head = f"Left out of {LAYER_NAMES[left.layer]} · {left.tokens:,} tokens\n"
        return ((head, "$warning"), (f"{plain(left.reason)}\n\n", "$dim"), *_text(left.text))
    if kind == "item":
        return of_item(request.plan.recalled[int(number)])
    return ()


def change(comparison: Comparison, key: str, looks: Looks) -> tuple[Part, ...]:
    """What became of a piece, word by word."""
    each = _difference(comparison, key)
    if each is None:
        return ()
    sign, colour = _SIGNS[each.kind]
    head: Part = (f"{sign} {_SAID[each.kind]}\n{_named(each.piece)}\n\n", colour)
    if each.kind == "changed" and each.before is not None and each.after is not None:
        return (head, *words(each.before.text, each.after.text, looks=looks))
    return (head, *_text(each.piece.text))


_SAID: dict[DifferenceKind, str] = {
    "same": "as before",
    "changed": "in other words than before",
    "new": "was not there before",
    "gone": "is not there any more",
}


def raw(json: str) -> tuple[Part, ...]:
    """The body, byte for byte, as far as there is room."""
    more = len(json) - _SHOWN
    rest = ((f"\n… {more:,} more characters; c copies all of it", "$dim"),) if more > 0 else ()
    return ((_JOINED.sub(lambda found: escaped(found[0]), json[:_SHOWN]), ""), *rest)


def text(request: SentRequest, comparison: Comparison | None, key: str) -> str:
    """The words of the piece that a row stands for, to be copied."""
    kind, _, number = key.partition(":")
    if kind == "change" and comparison is not None:
        return plain(comparison.differences[int(number)].piece.text)
    if kind == "piece":
        return plain(request.pieces[int(number)].text)
    if kind == "left":
        return plain(request.plan.left_out[int(number)].text)
    if kind == "item":
        return plain(request.plan.recalled[int(number)].text)
    return ""


def _piece(key: str, piece: Piece, *, folds: bool, dim: bool = False) -> Row:
    return Row(
        key=key,
        left=(
            ("▌", _colour(piece)),
            (f"{_NAMES[piece.part]:<9}", _colour(piece)),
            (f"{_ROLES[piece.role]:<5}" if piece.part not in ("tools", "settings") else "     ", "$dim"),
            ("↓ " if folds else "", "$warning"),
            (one_line(piece.text), "$dim" if dim else "$foreground"),
        ),
        right=((short_number(piece.tokens) if piece.tokens else "", "$dim"),),
    )


def _named(piece: Piece) -> str:
    tokens = f" · {piece.tokens:,} tokens" if piece.tokens else ""
    if piece.part == "tools":
        return "the tools that it may call"
    if piece.part == "settings":
        return "the rest of the request"
    return f"{piece.role} · {_NAMES[piece.part]}{tokens}"


def _colour(piece: Piece) -> str:
    return "$secondary" if piece.part in ("calls", "tools", "settings") else f"$layer-{piece.part}"


def _text(text: str) -> tuple[Part, ...]:
    shown = level(plain(text))
    more = len(shown) - _SHOWN
    return (
        (shown[:_SHOWN], ""),
        *(((f"\n… {more:,} more characters; y copies all of it", "$dim"),) if more > 0 else ()),
    )


def _difference(comparison: Comparison, key: str) -> Difference | None:
    kind, _, number = key.partition(":")
    return comparison.differences[int(number)] if kind == "change" else None
