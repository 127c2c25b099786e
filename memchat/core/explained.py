"""The JSON shapes of what explains an answer: its reasons, its request, and how that differs from another."""

from memchat.core.differences import Comparison
from memchat.core.jsonable import Json, left_out_json, message_json, recalled_item_json
from memchat.core.requests import Piece, SentRequest
from memchat.core.times import iso
from memchat.core.why import Reason, Why


def request_json(request: SentRequest) -> Json:
    """A request with the text of its body, which is the bytes that were sent, in UTF-8."""
    return {
        "session": request.session_id or None,
        "message": request.message_id or None,
        "round": request.round,
        "at": iso(request.at) if request.at else None,
        "url": request.url,
        "model": request.plan.model,
        "window": request.plan.window,
        "reserve": request.plan.reserve,
        "tokens": request.plan.tokens,
        "body": request.body.decode(errors="replace"),
        "pieces": [_piece_json(piece) for piece in request.pieces],
        "left_out": [left_out_json(item) for item in request.plan.left_out],
    }


def comparison_json(comparison: Comparison) -> Json:
    """What became of each piece, in order, and how many tokens at the beginning stayed."""
    return {
        "cached_tokens": comparison.cached,
        "pieces": [
            {
                "change": each.kind,
                "cached": each.cached,
                "before": _piece_json(each.before) if each.before else None,
                "after": _piece_json(each.after) if each.after else None,
            }
            for each in comparison.differences
        ],
    }


def why_json(why: Why) -> Json:
    """What an answer rests on, and what it just missed."""
    recall = why.recall
    return {
        "question": message_json(why.question),
        "answer": message_json(why.answer) if why.answer else None,
        "reasons": [_reason_json(reason) for reason in why.reasons],
        "missed": [_reason_json(reason) for reason in why.missed],
        "considered": recall.considered if recall else None,
        "milliseconds": round(recall.milliseconds, 2) if recall else None,
        "words_only": recall.words_only if recall else "",
        "note": why.note,
    }


def _reason_json(reason: Reason) -> Json:
    item = recalled_item_json(reason.item) if reason.item else {}
    return {
        "how": reason.how,
        "id": reason.ref,
        "memory": reason.memory_id or None,
        "text": reason.text,
        "tokens": reason.tokens,
        "layer": reason.layer,
        "score": item.get("score"),
        "parts": item.get("parts", {}),
        "why_not": reason.missed,
        "pinned": reason.pinned,
        "gone": reason.gone,
        "session": reason.session_id,
        "message": reason.message_id,
        "at": iso(reason.at) if reason.at else None,
    }


def _piece_json(piece: Piece) -> Json:
    return {
        "role": piece.role,
        "part": piece.part,
        "tokens": piece.tokens,
        "id": piece.ref,
        "text": piece.text,
    }
