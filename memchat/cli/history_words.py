"""Changes in words: ids are told as the memory, the session, the message or the summary that they stand for."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from memchat.cli.text import shortened

if TYPE_CHECKING:
    from memchat.assistant import Assistant
    from memchat.core.memories import Change

INTERNAL = frozenset(("normal_text", "replaces", "sources", "title_by", "unfolded_to"))
MOMENTS = frozenset(
    (
        "updated_at",
        "valid_from",
        "valid_to",
        "last_seen_at",
        "made_at",
        "last_at",
        "at",
        "found_at",
        "resolved_at",
        "archived_at",
        "deleted_at",
    )
)
_UNTOLD = INTERNAL | {"updated_at", "last_seen_at", "seen_count", "actor", "made_at", "at", "reason"}
"""What says nothing to a reader of the history."""
_PERIOD = ("valid_from", "valid_to")
_NAMED = {"summary_id": "summary", "archived_at": "filed away", "deleted_at": "deleted"}
_IDS = ("summary_id", "superseded_by")
_SESSION = "session:"
_LONGEST = 160
_UNTITLED = "an untitled session"


@dataclass(frozen=True, slots=True)
class Words:
    """Tells changes.

    Attributes:
        names: What ids stand for, by id; what is gone is not in it.
        zone: Where the user's days begin and end.
    """

    names: Mapping[str, str]
    zone: tzinfo

    def about(self, change: "Change") -> str:
        """What was changed, by what it says or is called now."""
        target = change.target
        if target.startswith(_SESSION):
            return self._title(target.removeprefix(_SESSION))
        return self.names.get(target) or self._told(value_of(change.after)) or self._told(value_of(change.before))

    def differences(self, change: "Change") -> tuple[str, str]:
        """What a change's target was and what it became: its text, or else just what differs."""
        before, after = value_of(change.before), value_of(change.after)
        if change.action == "fork":  # what stands before it only says how it is taken back
            return "", self._told(after)
        if not (isinstance(before, dict) and isinstance(after, dict)):
            return self._told(before), self._told(after)
        differs = _differing(before, after)
        if not differs or _text(before) != _text(after) or before.get("status") != after.get("status"):
            return self._told(before), self._told(after)
        return self._listed(before, differs), self._listed(after, differs)

    def changed(self, change: "Change") -> list[str]:
        """A line for each thing that a change made different: what it was and what it became."""
        before, after = value_of(change.before), value_of(change.after)
        if change.action == "fork" or not (isinstance(before, dict) and isinstance(after, dict)):
            return []
        return [f"{self._listed(before, [name])} → {self._shown(name, after)}" for name in _differing(before, after)]

    def _listed(self, state: dict[str, Any], names: Sequence[str]) -> str:
        return ", ".join(f"{_NAMED.get(name, name).replace('_', ' ')}: {self._shown(name, state)}" for name in names)

    def _shown(self, name: str, state: dict[str, Any]) -> str:
        from memchat.cli.dates import day
        from memchat.cli.output import local
        from memchat.core.times import from_unix

        value = state.get(name)
        if value in (None, "", []):
            return "–"
        if name in _PERIOD:
            return day(from_unix(value), self.zone, ends=name == "valid_to")
        if name in MOMENTS:
            return local(from_unix(value))
        if name == "pinned":
            return "yes" if value else "no"
        if name in _IDS:
            return self._name(value)
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    def _told(self, value: Any) -> str:
        from memchat.core.rules import rule_sentence

        if not isinstance(value, dict):
            return "" if value is None else str(value)
        if "basis" in value:
            return rule_sentence(
                value["basis"],
                kind=value["kind"],
                subject=value["subject"],
                attribute=value["attribute"],
                text=value["text"],
            )
        if "ref" in value:
            return f"{self._name(value['ref'])} is not recalled in {self._title(value['session'])}"
        if "why" in value:
            return f"{value['why']} (settled)" if value["resolved_at"] else str(value["why"])
        if "message" in value:
            return f"{self._name(value['message'])} is kept out"
        text, status = _text(value), str(value.get("status") or "active")
        also = [] if status == "active" else [status]
        also += [f"from {value['file']}"] if value.get("file") else []
        return f"{text} ({', '.join(also)})" if also else text

    def _title(self, session: str) -> str:
        return self.names.get(session) or _UNTITLED

    def _name(self, id: str) -> str:
        return self.names.get(id, id)


async def words_of(opened: "Assistant", changes: "Sequence[Change]") -> Words:
    """Looks up all that the ids in changes stand for."""
    from memchat.core.errors import NotFound
    from memchat.memory.zones import user_zone

    states = [state for each in changes for state in (value_of(each.before), value_of(each.after))]
    told = [state for state in states if isinstance(state, dict)]
    wanted = {each.target for each in changes if ":" not in each.target}
    wanted |= {str(state[name]) for state in told for name in ("ref", "message", "superseded_by") if state.get(name)}
    changed = {each.target.removeprefix(_SESSION) for each in changes if each.target.startswith(_SESSION)}
    sessions = changed | {str(state["session"]) for state in told if state.get("session")}
    sessions |= {each for each in wanted if each.startswith("s")}
    store, names = opened.store, dict[str, str]()
    for memory in await store.memories.by_ids(sorted(wanted)):
        names[memory.id] = memory.text
    for each in sorted(wanted - names.keys()):
        if each.startswith("m"):
            with suppress(NotFound):
                names[each] = _quoted((await store.messages.get(each)).text)
    for each in sorted(sessions):
        with suppress(NotFound):
            names[each] = _quoted((await store.sessions.get(each)).title or _UNTITLED)
    for each in sorted(changed):
        for version in await store.summaries.history(each):
            names[version.id] = _quoted(version.text)
    return Words(names, await user_zone(store))


def value_of(stored: str | None) -> Any:
    """What a change's `before` or `after` holds."""
    import json

    return None if stored is None else json.loads(stored)


def _differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [name for name in after if name not in _UNTOLD and before.get(name) != after[name]]


def _quoted(text: str) -> str:
    return f"“{shortened(text, _LONGEST)}”"


def _text(state: dict[str, Any]) -> str:
    return str(state.get("text") or state.get("value") or state.get("title") or "")
