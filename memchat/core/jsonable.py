"""The JSON shapes that other programs rely on."""

from dataclasses import fields
from typing import Any, assert_never

from memchat.core.browsing import Use
from memchat.core.context import ContextPlan, LeftOut, RecalledItem
from memchat.core.events import (
    AssistantSaved,
    ChangedElsewhere,
    Consolidated,
    ContextBuilt,
    Delta,
    EmbedderChanged,
    EpisodeClosed,
    Event,
    ForgetAsked,
    IndexChanged,
    Learned,
    LearningChanged,
    Reasoning,
    Recalled,
    Retrying,
    SecretsKeptOut,
    SessionChanged,
    SummaryUpdated,
    ToolCalled,
    TurnFailed,
    UserSaved,
)
from memchat.core.memories import Conflict, Memory, ProfileField, Source
from memchat.core.messages import Message, RollingSummary, Session, SessionSummary, Usage
from memchat.core.rules import LearningRule
from memchat.core.times import iso

Json = dict[str, Any]


def usage_json(usage: Usage) -> Json:
    """What a call used, every field by its name."""
    return {item.name: getattr(usage, item.name) for item in fields(usage)}


def message_json(message: Message) -> Json:
    """A message, its status and what was counted for it."""
    return {
        "id": message.id,
        "session": message.session_id,
        "seq": message.seq,
        "role": message.role,
        "text": message.text,
        "status": message.status,
        "at": iso(message.created_at),
        "tokens": message.tokens,
        "parent": message.parent_id,
        "model": message.model,
        "usage": usage_json(message.usage) if message.usage else None,
        "finish_reason": message.finish_reason,
        "error": message.error,
        "in_context": not message.kept_out,
    }


def session_json(session: Session) -> Json:
    """A session; `messages` is how many there are."""
    return {
        "id": session.id,
        "title": session.title,
        "created_at": iso(session.created_at),
        "updated_at": iso(session.updated_at),
        "messages": session.message_count,
        "model": session.model,
        "ended_at": iso(session.ended_at) if session.ended_at else None,
        "archived_at": iso(session.archived_at) if session.archived_at else None,
        "tags": list(session.tags),
        "forked_from": session.forked_from,
    }


def rolling_summary_json(summary: RollingSummary) -> Json:
    """A rolling summary with the range that it covers."""
    return {
        "id": summary.id,
        "session": summary.session_id,
        "text": summary.text,
        "from_seq": summary.from_seq,
        "to_seq": summary.to_seq,
        "covers": summary.covers,
        "tokens": summary.tokens,
        "at": iso(summary.created_at),
        "model": summary.model,
    }


def session_summary_json(summary: SessionSummary) -> Json:
    """What a finished session came to."""
    return {
        "session": summary.session_id,
        "title": summary.title,
        "text": summary.text,
        "tokens": summary.tokens,
        "at": iso(summary.session_at),
        "model": summary.model,
    }


def source_json(source: Source) -> Json:
    """What a memory rests on, as pinned."""
    return {"session": source.session_id, "message": source.message_id, "quote": source.quote}


def memory_json(memory: Memory) -> Json:
    """A memory as pinned: id, kind, text, status, confidence, origin, times, use, sources."""
    return {
        "id": memory.id,
        "kind": memory.kind,
        "text": memory.text,
        "status": memory.status,
        "confidence": memory.confidence,
        "origin": memory.origin,
        "observed_at": iso(memory.observed_at),
        "valid_from": iso(memory.valid_from) if memory.valid_from else None,
        "valid_to": iso(memory.valid_to) if memory.valid_to else None,
        "superseded_by": memory.superseded_by,
        "pinned": memory.pinned,
        "use_count": memory.use_count,
        "sources": [source_json(source) for source in memory.sources],
    }


def memory_details_json(memory: Memory) -> Json:
    """A memory as pinned, and what else is known of it."""
    return memory_json(memory) | {
        "seen_count": memory.seen_count,
        "subject": memory.subject,
        "attribute": memory.attribute,
        "field": memory.field,
        "value": memory.value,
        "holds": memory.holds,
        "actor": memory.actor,
        "reason": memory.reason,
        "derived_from": list(memory.derived_from),
    }


def use_json(use: Use) -> Json:
    """A turn that a memory was recalled for."""
    return {
        "message": use.message_id,
        "session": use.session_id,
        "said": use.said,
        "at": iso(use.at),
        "score": use.score,
        "parts": dict(use.parts),
    }


def profile_field_json(item: ProfileField) -> Json:
    """A profile field as pinned."""
    return {
        "field": item.field,
        "value": item.value,
        "confidence": item.confidence,
        "origin": item.origin,
        "updated_at": iso(item.updated_at),
        "sources": [source_json(source) for source in item.sources],
    }


def conflict_json(conflict: Conflict) -> Json:
    """Two memories that contradict each other."""
    return {
        "id": conflict.id,
        "first": memory_details_json(conflict.first),
        "second": memory_details_json(conflict.second),
        "why": conflict.why,
        "found_at": iso(conflict.found_at),
    }


def rule_json(rule: LearningRule) -> Json:
    """A rule of what is never learned; only what belongs to its basis is set."""
    return {
        "id": rule.id,
        "says": rule.says,
        "basis": rule.basis,
        "kind": rule.kind,
        "subject": rule.subject or None,
        "attribute": rule.attribute or None,
        "text": rule.text or None,
        "made_at": iso(rule.made_at),
        "kept_out": rule.kept_out,
        "last_at": iso(rule.last_at) if rule.last_at else None,
    }


def held_json(item: RecalledItem) -> Json:
    """Since when and until when a recalled memory holds, and what came after it; empty where none of it is known."""
    if not (item.valid_from or item.valid_to or item.since_then):
        return {}
    return {
        "valid_from": iso(item.valid_from) if item.valid_from else None,
        "valid_to": iso(item.valid_to) if item.valid_to else None,
        "since_then": item.since_then or None,
    }


def recalled_item_json(item: RecalledItem) -> Json:
    """A recalled item as pinned, its source with session, title, message, role and time; and when it held, if known."""
    return {
        "id": item.id,
        "kind": item.kind,
        "text": item.text,
        "score": round(item.score, 4),
        "parts": {name: round(value, 4) for name, value in item.parts.items()},
        "tokens": item.tokens,
        "source": {
            "session": item.source.session_id,
            "title": item.source.session_title,
            "message": item.source.message_id,
            "role": item.source.role,
            "at": iso(item.source.at),
        },
    } | held_json(item)


def left_out_json(item: LeftOut) -> Json:
    """What is not in a request, and why."""
    return {"layer": item.layer, "id": item.ref, "text": item.text, "tokens": item.tokens, "reason": item.reason}


def plan_json(plan: ContextPlan) -> Json:
    """The request as pinned for `memchat explain --json`."""
    return {
        "model": plan.model,
        "window": plan.window,
        "reserve": plan.reserve,
        "mode": plan.mode,
        "tokens": plan.tokens,
        "messages": [
            {
                "role": block.role,
                "content": block.content,
                "tokens": block.tokens,
                "layer": block.layer,
                "id": block.ref,
            }
            for block in plan.blocks
        ],
        "layers": dict(plan.layers),
        "recalled": [recalled_item_json(item) for item in plan.recalled],
        "left_out": [left_out_json(item) for item in plan.left_out],
        "fold_next": list(plan.fold_next),
        "shown": [
            {"layer": each.layer, "id": each.ref, "text": each.text, "tokens": each.tokens} for each in plan.shown
        ],
    }


def event_json(event: Event) -> Json:  # noqa: C901 - one case an event
    """One event as a line of `memchat ask --json`; `type` is its name in snake case."""
    match event:
        case UserSaved(message):
            return {"type": "user_saved", "message": message_json(message)}
        case Recalled(recall):
            return {
                "type": "recalled",
                "items": [recalled_item_json(item) for item in recall.items],
                "considered": recall.considered,
                "milliseconds": round(recall.milliseconds, 2),
                "words_only": recall.words_only,
                "missed": [recalled_item_json(each.item) | {"why_not": each.reason} for each in recall.missed],
            }
        case ContextBuilt(plan):
            return {"type": "context_built", "plan": plan_json(plan)}
        case Delta(text):
            return {"type": "delta", "text": text}
        case Reasoning(text):
            return {"type": "reasoning", "text": text}
        case ToolCalled():
            return {
                "type": "tool_called",
                "name": event.name,
                "arguments": event.arguments,
                "result": event.result,
            }
        case Retrying():
            return {
                "type": "retrying",
                "attempt": event.attempt,
                "attempts": event.attempts,
                "seconds": event.seconds,
                "reason": event.reason,
            }
        case AssistantSaved(message):
            return {"type": "assistant_saved", "message": message_json(message)}
        case TurnFailed():
            return {
                "type": "error",
                "message": f"{event.sentence} {event.next_step}".strip(),
                "user_message": event.user_message.id if event.user_message else None,
                "retryable": event.retryable,
            }
        case Learned():
            return {
                "type": "learned",
                "added": [memory_json(item) for item in event.added],
                "changed": [memory_json(item) for item in event.changed],
                "superseded": [memory_json(item) for item in event.superseded],
                "pending": [memory_json(item) for item in event.pending],
                "profile": [profile_field_json(item) for item in event.profile],
                "known": [memory_json(item) for item in event.known],
                "session": event.session_id,
                "user_message": event.message_id,
            }
        case ForgetAsked(memory):
            return {"type": "forget_asked", "memory": memory_json(memory)}
        case SecretsKeptOut():
            return {"type": "secrets_kept_out", "kinds": list(event.kinds)}
        case Consolidated():
            return {
                "type": "consolidated",
                "run": event.run_id,
                "merged": [memory_json(item) for item in event.merged],
                "distilled": [memory_json(item) for item in event.distilled],
                "conflicts": [conflict_json(item) for item in event.conflicts],
                "archived": [memory_json(item) for item in event.archived],
                "problem": event.problem,
            }
        case SummaryUpdated():
            return {
                "type": "summary_updated",
                "old": rolling_summary_json(event.old) if event.old else None,
                "new": rolling_summary_json(event.new) if event.new else None,
            }
        case EpisodeClosed(summary):
            return {"type": "episode_closed", "summary": session_summary_json(summary)}
        case ChangedElsewhere():
            return {"type": "changed_elsewhere"}
        case SessionChanged(session):
            return {"type": "session_changed", "session": session_json(session)}
        case LearningChanged():
            return {
                "type": "learning_changed",
                "waiting": event.waiting,
                "failure": event.failure,
                "unable": event.unable,
            }
        case EmbedderChanged():
            return {"type": "embedder_changed", "state": event.state, "reason": event.reason}
        case IndexChanged():
            return {
                "type": "index_changed",
                "items": event.items,
                "left": event.left,
                "embedder": event.embedder,
                "anew": event.anew,
                "stopped": event.stopped,
                "elsewhere": event.elsewhere,
                "problem": event.problem,
            }
        case _:
            assert_never(event)
