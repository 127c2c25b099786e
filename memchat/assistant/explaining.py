"""Why an answer is as it is: what was in its request, what just missed it, and the request itself."""

from collections.abc import Mapping, Sequence

from memchat.assistant.means import Means
from memchat.core.context import Recall, RecalledItem, Shown
from memchat.core.errors import NotFound
from memchat.core.memories import Memory
from memchat.core.messages import Message
from memchat.core.requests import SentRequest
from memchat.core.why import Reason, ReasonKind, Why
from memchat.store import Store

_MEMORIES = ("fact", "profile")
_NOT_KEPT = "Its request is not kept any more, so only what was recalled is known."
_INCOGNITO = "An incognito session keeps no requests, so only what was recalled is known."
_UNKNOWN = "What was looked up for this message is not known: nothing was, or it was before memchat noted it."


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
        note = "" if request else _INCOGNITO if self._means.homes.is_private(question.session_id) else _NOT_KEPT
        return Why(
            question=question,
            answer=answer,
            reasons=_reasons(recall, request, known),
            missed=_missed(recall, known),
            recall=recall,
            request=request,
            note=note if recall else _UNKNOWN if not request else "",
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


def _reasons(recall: Recall | None, request: SentRequest | None, known: Mapping[str, Memory]) -> tuple[Reason, ...]:
    recalled = [_found("recalled", item, known) for item in (recall.items if recall else ())]
    always = [_always(each, known, request) for each in (request.plan.shown if request else ())]
    return (*recalled, *always)


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
    )


def _always(shown: Shown, known: Mapping[str, Memory], request: SentRequest | None) -> Reason:
    memory = known.get(shown.ref)
    source = memory.sources[0] if memory and memory.sources else None
    session_id = source.session_id if source else None
    if shown.layer == "sessions":
        session_id = shown.ref
    elif shown.layer == "summary" and request is not None:
        session_id = request.session_id
    return Reason(
        how=_how(shown, memory),
        ref=shown.ref,
        text=shown.text.removeprefix("- "),
        tokens=shown.tokens,
        layer=shown.layer,
        kind=memory.kind if memory else None,
        gone=shown.layer not in ("sessions", "summary") and (memory is None or memory.status != "active"),
        pinned=bool(memory and memory.pinned),
        session_id=session_id,
        message_id=source.message_id if source else None,
        at=memory.observed_at if memory else None,
        memory_id=memory.id if memory else "",
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
