"""What becomes of the memories of a file beside those that are there."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from memchat.core.memories import Memory, Origin
from memchat.core.settings import Settings
from memchat.memory.attributes import one_valued
from memchat.memory.quoting import defused, one_line
from memchat.memory.screening import screen_if
from memchat.memory.screening_writes import suspicious
from memchat.memory.tidying import SPARED_DAYS
from memchat.transfer.values import Candidate, ImportItem

_IN_USE = ("active", "pending")


def compared(
    candidates: Sequence[Candidate],
    known: Sequence[Memory],
    settings: Settings,
    *,
    erased: Collection[str],
    undone: Collection[str],
    fields: Callable[[str], str | None],
) -> tuple[ImportItem, ...]:
    """What becomes of each.

    Args:
        candidates: What the file holds.
        known: All memories that are there.
        settings: Which fields have several values, and whether secrets are replaced.
        erased: Texts among them that the user has erased, and that are left out.
        undone: Ids of what the user took back: it counts as not there.
        fields: The configured profile field of a name; none where there is no such.
    """
    shelves = _Shelves([memory for memory in known if memory.id not in undone])
    taken_back = _Returning([memory for memory in known if memory.id in undone])
    items: list[ImportItem] = []
    for candidate in candidates:
        memory = _cleaned(candidate.memory, settings, fields)
        item = _fate(candidate, memory, shelves, settings, erased)
        if item.fate not in ("same", "erased"):
            shelves.add(item.memory, mine=True)
            item = taken_back.told(item)
        items.append(item)
    return tuple(items)


def later(items: Sequence[ImportItem], known: Sequence[Memory], settings: Settings) -> str:
    """What the cap on facts will make of them, in a sentence; empty when it lets all of them be."""
    most = settings.learning.most_facts
    new = [item.memory for item in items if item.fate == "new"]
    facts = sum(memory.status == "active" and memory.field is None for memory in (*known, *new))
    if not most or not any(memory.status == "active" for memory in new) or facts <= most:
        return ""
    return (
        f"With them {facts:,} facts are in use; after {SPARED_DAYS} days the least valuable beyond {most:,} are "
        "archived. `learning.most_facts` says how many stay."
    )


class _Returning:
    """Memories whose making the user took back, each of which comes back once at most."""

    def __init__(self, undone: Sequence[Memory]) -> None:
        self._left: dict[tuple[str, str | None], list[Memory]] = {}
        for memory in undone:
            self._left.setdefault((_normal(memory.text), memory.field), []).append(memory)

    def told(self, item: ImportItem) -> ImportItem:
        """`item`, with the one that it brings back."""
        memory = item.memory
        left = self._left.get((_normal(memory.text), memory.field))
        if not left:
            return item
        times = (memory.valid_from, memory.valid_to)
        back = next((each for each in left if (each.valid_from, each.valid_to) == times), left[0])
        left.remove(back)
        return replace(item, back=back, why=item.why or "You took this back; it comes in again.")


class _Shelves:
    """Memories by what they say, and by what they tell of whom."""

    def __init__(self, known: Sequence[Memory]) -> None:
        self._same: dict[tuple[str, str | None], list[Memory]] = {}
        self._about: dict[tuple[str, str], list[Memory]] = {}
        self._field: dict[str, list[Memory]] = {}
        for memory in known:
            self.add(memory)

    def add(self, memory: Memory, *, mine: bool = False) -> None:
        """Takes one more; of the file's own, only the profile has one value of each."""
        self._same.setdefault((_normal(memory.text), memory.field), []).append(memory)
        if memory.status != "active":
            return
        if memory.field is not None:
            self._field.setdefault(memory.field, []).append(memory)
        elif memory.attribute and not mine:
            self._about.setdefault((memory.subject.casefold(), memory.attribute.casefold()), []).append(memory)

    def same(self, memory: Memory) -> Memory | None:
        """The one that says the same and stands as this one does; of what is in use, any that says it."""
        twins = self._same.get((_normal(memory.text), memory.field), [])
        for each in twins:
            if (each.status, each.valid_from, each.valid_to) == (memory.status, memory.valid_from, memory.valid_to):
                return each
        if memory.status not in _IN_USE:
            return None
        return next((each for each in twins if each.valid_to is None or each.valid_to == memory.valid_to), None)

    def against(self, memory: Memory, several: Collection[str]) -> list[Memory]:
        """The active ones that cannot be true beside this one."""
        if memory.status != "active":
            return []
        if memory.field is not None:
            return [] if memory.field in several else self._field.get(memory.field, [])
        if not one_valued(memory.attribute):
            return []
        return self._about.get((memory.subject.casefold(), memory.attribute.casefold()), [])


def _fate(
    candidate: Candidate, memory: Memory, shelves: _Shelves, settings: Settings, erased: Collection[str]
) -> ImportItem:
    line = candidate.line
    twin = shelves.same(memory)
    if twin is not None:
        why = "It is there already."
        if memory.status in _IN_USE and twin.status not in _IN_USE:
            why = f"It is there already, and {twin.status}; restore it to use it again."
        return ImportItem(line=line, memory=memory, fate="same", why=why, against=(twin,))
    if candidate.memory.text in erased:
        return ImportItem(line=line, memory=memory, fate="erased", why="You have erased this.")
    if memory.status not in _IN_USE:
        return ImportItem(line=line, memory=memory, fate="new")
    texts = (candidate.memory.text, candidate.memory.value or "", candidate.memory.subject)
    found = (suspicious(each, origin="import", from_paste=False) for each in texts if each)
    reason = next((each for each in found if each), "")
    if reason:
        held = replace(memory, status="pending", reason=reason)
        return ImportItem(line=line, memory=held, fate="held", why=reason)
    other = tuple(shelves.against(memory, settings.profile.several))
    if other:
        why = f"It says otherwise than “{one_line(other[0].text)[:80]}”."
        waiting = replace(memory, status="pending", reason=why)
        return ImportItem(line=line, memory=waiting, fate="conflict", why=why, against=other)
    return ImportItem(line=line, memory=memory, fate="new")


def _cleaned(memory: Memory, settings: Settings, fields: Callable[[str], str | None]) -> Memory:
    """A memory of a file as it can be stored: no secrets, nothing hidden, and no more trust than a file's."""

    def clean(text: str) -> str:
        return screen_if(defused(text).strip(), on=settings.privacy.redact_secrets)

    field = fields(memory.field) if memory.field else None
    value = one_line(clean(memory.value or "")) if field else None
    text = f"{field.replace('_', ' ')}: {value}" if field else clean(memory.text)
    least: Origin = "file" if memory.origin == "file" else "import"
    return replace(
        memory,
        text=text or clean(memory.text),
        field=field,
        value=value,
        subject=one_line(clean(memory.subject)) or "user",
        attribute=field or one_line(clean(memory.attribute)),
        origin=least,
        actor="import",
        reason=clean(memory.reason) or ("It waited for review in the file." if memory.status == "pending" else ""),
        sources=tuple(replace(source, quote=clean(source.quote)) for source in memory.sources),
    )


def _normal(text: str) -> str:
    """`text` as it is compared: without regard to case, spacing and the last full stop."""
    return " ".join(text.casefold().split()).rstrip(".!。")
