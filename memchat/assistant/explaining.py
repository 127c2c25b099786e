"""Why an answer is as it is: what was in its request, what just missed it, and the request itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from memchat.assistant.means import Means
from memchat.assistant.telling import NOTHING_RECALLED
from memchat.core.context import Recall, RecalledItem, Shown
from memchat.core.errors import NotFound
from memchat.core.memories import Memory
from memchat.core.messages import Message
from memchat.core.requests import SentRequest
from memchat.core.why import Reason, ReasonKind, Why
from memchat.memory.quoting import one_line
from memchat.store import Store

_MEMORIES = ("fact", "profile")
_NOT_KEPT = "Its request is not kept any more, so only what was recalled is known."
_INCOGNITO = "An incognito session keeps no requests, so only what was recalled is known."
_UNKNOWN = "What was looked up for this message is not known: nothing was, or it was before memchat noted it."
_COMING = "The answer is still coming; what it rests on is told once it is there."

_CUT = 200
"""Characters from which on what was recalled may be a part of what the memory says."""


class Explaining:
    """Tells what answers rest on, and shows what was sent."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def why(self, message_id: str, session_id: str | None = None) -> Why:
        """What an answer rests on.

        Args:
            message_id: The answer's, or that of the user's message that it answers.
            session_id: Where it was said, which an incognito session needs.

        Raises:
            NotFound: There is no such message, or several.
        """
        store = self._means.store_of(session_id or "")
        question, answer = await _turn(store, await store.messages.get(message_id))
        recall = await store.recalls.told(question.id)
        sent = await store.requests.of_message(question.id)
        request = next((each for each in sent if each.round == 0), None)
        shown = request.plan.shown if request else ()
        known = await self._known(recall, shown)
        coming = await self._is_coming(store, question)
        note = "" if request else _INCOGNITO if self._means.homes.is_private(question.session_id) else _NOT_KEPT
        if coming:
            note = _COMING
        elif answer is not None and answer.told:
            note = NOTHING_RECALLED.nothing
        elif recall is None and request is None:
            note = _UNKNOWN
        elif recall is None:
            note = ""
        return Why(
            question=question,
            answer=answer,
            reasons=await self._placed(_reasons(recall, request, known, await _summary(store, shown, question))),
            missed=_missed(recall, known),
            recall=recall,
            request=request,
            note=note,
            coming=coming,
        )

    async def recalled_for(self, message: Message) -> Recall | None:
        """What was recalled for an answer, or for the question that it is; none where that is not known."""
        if message.told:
            return NOTHING_RECALLED
        question = message.id if message.role == "user" else message.parent_id
        return await self._means.store_of(message.session_id).recalls.told(question) if question else None

    async def _is_coming(self, store: Store, question: Message) -> bool:
        """Whether a message is being answered just now, for the first time or again."""
        if not self._means.replying(question.session_id):
            return False
        last = await store.messages.last(question.session_id)
        return last is not None and question.id in (last.id, last.parent_id)

    async def _placed(self, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
        """Reasons with what their sessions are called."""
        titles = await self._means.store.sessions.titles({each.session_id for each in reasons if each.session_id})
        return tuple(
            replace(each, session_title=titles.get(each.session_id or "", "") or each.session_title) for each in reasons
        )

    async def last_message(self, session_id: str) -> Message | None:
        """The newest message of a session; none where nothing was said in it."""
        return await self._means.store_of(session_id).messages.last(session_id)

    async def sent(self, session_id: str) -> list[SentRequest]:
        """The newest requests of a session as they were sent, newest first; none of an incognito one.

        Raises:
            NotFound: There is no such session.
        """
        store = self._means.store_of(session_id)
        session = await store.sessions.get(session_id)
        return await store.requests.of_session(session.id)

    async def sent_for(self, message_id: str, session_id: str | None = None) -> list[SentRequest]:
        """The requests that a message was answered with, newest first; the arguments are those of `why`.

        Raises:
            NotFound: There is no such message.
        """
        store = self._means.store_of(session_id or "")
        question, _ = await _turn(store, await store.messages.get(message_id))
        return await store.requests.of_message(question.id)

    async def unsent(self, session_id: str | None, text: str = "", *, use_memory: bool = True) -> SentRequest:
        """What `text` would send; sends and stores nothing.

        Args:
            session_id: Where it would be said; none is a session that is yet to begin.
            text: What would be said.
            use_memory: Whether what is remembered goes in.

        Raises:
            NotFound: There is no such session.
            MessageTooLong: The text does not fit.
        """
        means = self._means
        session = await means.store_of(session_id).sessions.get(session_id) if session_id else None
        return await means.views.unsent(session, text, use_memory=use_memory, settings=means.settings())

    async def _known(self, recall: Recall | None, shown: Sequence[Shown]) -> Mapping[str, Memory]:
        """The memories among all that, as they are now; profile fields under their name too."""
        refs = {each.ref for each in shown}
        if recall is not None:
            refs |= {item.id for item in recall.items} | {each.item.id for each in recall.missed}
        store = self._means.store
        found = {memory.id: memory for memory in await store.memories.by_ids(sorted(refs))}
        return found | {memory.field: memory for memory in found.values() if memory.field}


async def _turn(store: Store, message: Message) -> tuple[Message, Message | None]:
    """The question and the answer that a message is one of."""
    if message.role == "user":
        return message, await store.messages.answer_to(message.id)
    if message.parent_id is None:
        raise NotFound("That message answers none of yours, so there is nothing to explain.")
    return await store.messages.get(message.parent_id), message


async def _summary(store: Store, shown: Sequence[Shown], question: Message) -> str:
    """What the rolling summary says today, where another was in the request; empty where it was that, or none."""
    refs = {each.ref for each in shown if each.layer == "summary"}
    latest = await store.summaries.latest(question.session_id) if refs else None
    return latest.text if latest is not None and latest.id not in refs else ""


def _reasons(
    recall: Recall | None, request: SentRequest | None, known: Mapping[str, Memory], summary: str
) -> tuple[Reason, ...]:
    recalled = [_found("recalled", item, known) for item in (recall.items if recall else ())]
    always = [_always(each, known, request, summary) for each in (request.plan.shown if request else ())]
    return (*recalled, *always)


def _today(memory: Memory | None, was: str) -> str:
    """What a memory says today, where that is something else than it `was`."""
    if memory is None or memory.status != "active":
        return ""
    if memory.field and memory.value:
        name = memory.field.replace("_", " ")
        said = f"{name}: {one_line(memory.value)}"
        same = was in (said, memory.text) or was.startswith(f"{said} (since ")
    else:
        said = memory.text
        same = one_line(was) == one_line(said) or (len(was) >= _CUT and was.rstrip("…") in said)
    return "" if same else said


def _missed(recall: Recall | None, known: Mapping[str, Memory]) -> tuple[Reason, ...]:
    return tuple(_found("missed", each.item, known, missed=each.reason) for each in (recall.missed if recall else ()))


def _found(how: ReasonKind, item: RecalledItem, known: Mapping[str, Memory], missed: str = "") -> Reason:
    memory = known.get(item.id)
    return Reason(
        how=how,
        ref=item.id,
        text=item.text,
        tokens=item.tokens,
        layer="recalled",
        item=item,
        missed=missed,
        kind=memory.kind if memory else None,
        gone=item.kind in _MEMORIES and (memory is None or memory.status != "active"),
        pinned=bool(memory and memory.pinned),
        session_id=item.source.session_id,
        message_id=item.source.message_id,
        at=item.source.at,
        memory_id=memory.id if memory else "",
        session_title=item.source.session_title,
        today=_today(memory, item.text) if item.kind in _MEMORIES else "",
    )


def _always(shown: Shown, known: Mapping[str, Memory], request: SentRequest | None, summary: str) -> Reason:
    memory = known.get(shown.ref)
    source = memory.sources[0] if memory and memory.sources else None
    session_id = source.session_id if source else None
    if shown.layer == "sessions":
        session_id = shown.ref
    elif shown.layer == "summary" and request is not None:
        session_id = request.session_id
    text = shown.text.removeprefix("- ")
    return Reason(
        how=_how(shown, memory),
        ref=shown.ref,
        text=text,
        tokens=shown.tokens,
        layer=shown.layer,
        kind=memory.kind if memory else None,
        gone=shown.layer not in ("sessions", "summary") and (memory is None or memory.status != "active"),
        pinned=bool(memory and memory.pinned),
        session_id=session_id,
        message_id=source.message_id if source else None,
        at=memory.observed_at if memory else None,
        memory_id=memory.id if memory else "",
        today=summary if shown.layer == "summary" else _today(memory, text),
    )


def _how(shown: Shown, memory: Memory | None) -> ReasonKind:
    match shown.layer:
        case "recalled":
            return "news"
        case "system":
            return "instruction"
        case "sessions":
            return "session"
        case "summary":
            return "summary"
        case _:
            return "pinned" if memory is not None and memory.pinned and not memory.field else "profile"
