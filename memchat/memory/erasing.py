"""What goes when something is erased: all that says it, rests on it, or was made of it.

Memories that were merged into an erased one say the same, and go. One that an erased memory was merged or distilled
into rests on it, and goes too; what else it was made of comes back into use. What was said about it is found by its
words (`memchat.memory.carving`), in every text of the database, so that no old message brings it back.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from memchat.core.erasure import Carved, Erasure, ErasureKind, Place
from memchat.core.errors import NotFound
from memchat.memory.carving import Traces, marked_once
from memchat.memory.distinctive import Rarity
from memchat.memory.lineage import Family

if TYPE_CHECKING:
    from memchat.store import Store
    from memchat.store.doom import Doom
    from memchat.store.erasures import Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be erased, worked out.

    Attributes:
        target: The memory's or session's id, or the profile field's name.
        title: What it is, in words.
        traces: What gives away that a text carries it.
        own: The same for the messages that it rests on, where fewer words are enough.
        stays: Memories with some of its words that are about something else.
        common: Words of it that the user says about much else, and that stay there.
    """

    kind: ErasureKind
    target: str
    title: str
    doom: "Doom"
    traces: Traces
    own: Traces
    stays: tuple[Place, ...] = ()
    common: tuple[str, ...] = field(default=())

    def cut(self, text: str, ref: str) -> Carved | None:
        """`text` without it; none when it is not in it. `ref` is the id of the message that it stands in."""
        return (self.own if ref in self.doom.messages else self.traces).cut(text)

    def told(self, places: Sequence[Place]) -> Erasure:
        """What the user sees of it."""
        return Erasure(
            kind=self.kind,
            target=self.target,
            title=self.title,
            words=self.traces.named(self.traces.keys),
            places=(*places, *self.stays),
            note=self._note(),
        )

    def _note(self) -> str:
        sentences = []
        if not self.doom.talk and self.kind != "session":
            sentences.append("The conversations stay as they are, with these words in them.")
        if self.common:
            named = ", ".join(f'"{word}"' for word in self.common)
            sentences.append(f"Where {named} is said about something else, it stays.")
        return " ".join(sentences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Several that are to be erased as one."""

    plans: tuple[Plan, ...]

    @property
    def doom(self) -> "Doom":
        """All that goes."""
        from memchat.store.doom import Doom

        dooms = [plan.doom for plan in self.plans]
        memories = frozenset[str]().union(*(each.memories for each in dooms))
        return Doom(
            memories=memories,
            restored=frozenset[str]().union(*(each.restored for each in dooms)) - memories,
            messages=frozenset[str]().union(*(each.messages for each in dooms)),
            texts=frozenset[str]().union(*(each.texts for each in dooms)),
            talk=any(each.talk for each in dooms),
        )

    def cut(self, text: str, ref: str) -> Carved | None:
        """As `Plan.cut`, of all of them."""
        left, words = text, list[str]()
        for plan in self.plans:
            if (carved := plan.cut(left, ref)) is not None:
                left = carved.text
                words += carved.words
        return Carved(text=marked_once(left), words=tuple(words)) if words else None

    def told(self, places: Sequence[Place]) -> Erasure:
        """What the user sees of it."""
        each = [plan.told(()) for plan in self.plans]
        gone = self.doom.memories
        staying = {place.id: place for one in each for place in one.places if place.ref not in gone}
        return Erasure(
            kind=self.plans[0].kind,
            target=" ".join(one.target for one in each),
            title=" · ".join(one.title for one in each),
            words=tuple(sorted({word for one in each for word in one.words})),
            places=(*places, *staying.values()),
            note=" ".join(dict.fromkeys(one.note for one in each if one.note)),
        )


async def plan_memories(
    store: "Store", ids: Sequence[str], rarity: Rarity, *, keep_messages: bool = False, spared: Collection[str] = ()
) -> Plan | Together:
    """What goes with several memories, those that are spared left out. The arguments are those of `plan_memory`.

    Raises:
        NotFound: There is no such memory.
    """
    named = [(await store.memories.get(each)).id for each in ids]
    every = [each for each in named if f"memories:{each}" not in spared] or named
    plans = [
        await plan_memory(store, each, rarity, keep_messages=keep_messages, spared=spared, besides=every)
        for each in every
    ]
    return plans[0] if len(plans) == 1 else Together(plans=tuple(plans))


async def plan_memory(
    store: "Store",
    id: str,
    rarity: Rarity,
    *,
    keep_messages: bool = False,
    spared: Collection[str] = (),
    besides: Collection[str] = (),
) -> Plan:
    """What goes with a memory.

    Args:
        store: Where it is.
        id: The memory's, or the beginning of it.
        rarity: How rare a word is.
        keep_messages: Whether conversations stay as they are.
        spared: Ids of places that stay as they are.
        besides: Ids of memories that go at the same time; what only they say as well is not said about something else.

    Raises:
        NotFound: There is no such memory.
    """
    memory = await store.memories.get(id)
    return await _plan(
        store,
        "memory",
        memory.id,
        memory.text,
        [memory.id],
        rarity,
        fields=(),
        keep_messages=keep_messages,
        spared=spared,
        besides=besides,
    )


async def plan_field(
    store: "Store", name: str, rarity: Rarity, *, keep_messages: bool = False, spared: Collection[str] = ()
) -> Plan:
    """What goes with a profile field: all the values that it ever had. The arguments are those of `plan_memory`.

    Raises:
        NotFound: It never had one.
    """
    ids = [known.id for known in await store.erasures.known() if known.field == name]
    if not ids and not (await store.erasures.past((), (name,))).texts:
        raise NotFound(
            f"The profile field {name!r} was never set.",
            "List the profile with `memchat profile`.",
            on_screen="f4 shows the profile.",
        )
    return await _plan(
        store,
        "profile",
        name,
        name.replace("_", " "),
        ids,
        rarity,
        fields=(name,),
        keep_messages=keep_messages,
        spared=spared,
    )


async def plan_session(store: "Store", id: str, *, keep_memories: bool = False, spared: Collection[str] = ()) -> Plan:
    """What goes with a session: its messages, and the memories that rest on nothing else.

    Args:
        store: Where it is.
        id: The session's, or the beginning of it.
        keep_memories: Whether those stay, without the words that they rest on.
        spared: Ids of places that stay as they are.

    Raises:
        NotFound: There is no such session.
    """
    from memchat.store.doom import Doom

    session = await store.sessions.get(id)
    resting = [] if keep_memories else await store.erasures.resting_on(session.id)
    ids = {each for each in resting if f"memories:{each}" not in spared}
    family = Family(await store.erasures.known(), await store.erasures.lineage())
    doomed, siblings = family.of(ids)
    past = await store.erasures.past(sorted(doomed))
    traces = Traces((), frozenset()).with_wordings([text for text in past.texts | past.quotes if len(text) > 20])
    doom = Doom(
        memories=frozenset(doomed),
        restored=frozenset(siblings),
        texts=past.texts | past.quotes,
        sessions=frozenset((session.id,)),
        talk=False,
    )
    return Plan(kind="session", target=session.id, title=session.title, doom=doom, traces=traces, own=traces)


async def _plan(
    store: "Store",
    kind: ErasureKind,
    target: str,
    title: str,
    ids: Sequence[str],
    rarity: Rarity,
    *,
    fields: Sequence[str],
    keep_messages: bool,
    spared: Collection[str],
    besides: Collection[str] = (),
) -> Plan:
    from memchat.store.doom import Doom

    known = await store.erasures.known()
    family = Family(known, await store.erasures.lineage())
    own = family.said_by(ids)
    resting, _ = family.of(ids)
    past = await store.erasures.past(sorted(own), fields)
    dull = [word for each in known if each.id in own and each.field for word in each.field.split("_")]
    traces = Traces.of(past.texts, past.quotes, rarity, dull=dull)
    subjects = {each.subject for each in known if each.id in own}

    def same(other: "Known") -> bool:
        if f"memories:{other.id}" in spared or other.subject not in subjects or other.id in resting:
            return False
        if other.field and other.value:
            return traces.tells(other.value)
        return traces.tells(other.text) or (other.status == "forgotten" and bool(traces.found(other.text)))

    doomed, restored = family.of([*ids, *(each.id for each in known if same(each))], lambda each: _alike(traces, each))
    going = doomed.union(besides)
    others = [each for each in known if each.id not in going and each.status != "forgotten"]
    shared = {word for each in others for word in traces.found(each.text)}
    stays = tuple(_staying(each) for each in others if traces.found(each.text))
    past = await store.erasures.past(sorted(doomed), fields)
    telling = (await store.erasures.past(sorted(going), fields)).messages
    counts = await store.erasures.mentions(traces.found, traces.carried, telling)
    limits = {term.text: term.limit for term in traces.terms}
    common = {word for word, count in counts.items() if count > limits[word]} | shared
    traces = traces.without_keys(common)
    return Plan(
        kind=kind,
        target=target,
        title=title,
        doom=Doom(
            memories=frozenset(doomed),
            restored=frozenset(restored),
            fields=frozenset(fields),
            messages=past.messages,
            texts=past.texts | past.quotes,
            talk=not keep_messages,
        ),
        traces=traces,
        own=traces.with_wordings(past.quotes),
        stays=stays,
        common=traces.named(common),
    )


def _alike(traces: Traces, known: "Known") -> bool:
    return traces.tells(known.text) or bool(traces.found(known.text))


def _staying(known: "Known") -> Place:
    return Place(
        id=f"memories:{known.id}", kind="memory", fate="stays", text=known.text, where=known.status, ref=known.id
    )
