"""Memories out of the program and back in."""

import asyncio
from collections.abc import Collection
from pathlib import Path

from memchat.assistant.means import Means
from memchat.assistant.telling import Telling
from memchat.core.errors import MemchatError, NotFound
from memchat.core.events import Learned
from memchat.memory.profile import field_named
from memchat.memory.quoting import one_line
from memchat.store.transferring import Arrival
from memchat.transfer.comparing import compared, later
from memchat.transfer.reading import MOST_BYTES, read_memories
from memchat.transfer.values import Format, Imported, ImportPreview
from memchat.transfer.writing import as_jsonl, as_page


class Transfer:
    """Exports all that is remembered, and imports what another program, or this one, exported."""

    def __init__(self, means: Means, telling: Telling) -> None:
        self._means = means
        self._telling = telling

    async def export_memory(self, format: Format) -> str:
        """All memories: as Markdown to read, or as JSON lines that can be imported again.

        What the user took back out of existence is not among them.
        """
        store = self._means.store
        undone = await store.transferring.undone()
        memories = [each for each in await store.transferring.everything() if each.id not in undone]
        if format == "jsonl":
            return await asyncio.to_thread(as_jsonl, memories, self._means.clock())
        told = await self._telling.page(each=1 << 30, subjects=1 << 30, episodes=1 << 30)
        return await asyncio.to_thread(as_page, told, memories)

    async def import_memory(self, file: Path, *, erased: bool = False) -> ImportPreview:
        """What an import of a file would do; changes nothing.

        Args:
            file: Where it is.
            erased: Whether what the user has erased is taken in too.

        Raises:
            MemchatError: It cannot be read, is too long, or has no memories in it.
        """
        return await self.preview(await asyncio.to_thread(_read, file), one_line(file.name), erased=erased)

    async def preview(self, text: str, name: str, *, erased: bool = False) -> ImportPreview:
        """What an import of a text would do; changes nothing. The arguments are those of `import_memory`.

        Raises:
            MemchatError: There are no memories in it.
        """
        store, settings = self._means.store, self._means.settings()
        contents = await asyncio.to_thread(read_memories, text, self._means.clock())
        if not contents.candidates and not contents.bad:
            raise MemchatError(
                f"There are no memories in {name or 'this'}.",
                "A file has one a line: a sentence, or what `memchat memory export --format jsonl` writes.",
                on_screen="A file has one a line: a sentence, or what /export memory FILE.jsonl writes.",
            )
        known = await store.transferring.everything()
        undone = await store.transferring.undone()
        texts = [] if erased else [each.memory.text for each in contents.candidates]
        left_out = await store.transferring.erased(texts)

        def field(named: str) -> str | None:
            try:
                return field_named(settings.profile, named)
            except NotFound:
                return None

        def compare() -> ImportPreview:
            items = compared(contents.candidates, known, settings, erased=left_out, undone=undone, fields=field)
            return ImportPreview(
                name=name,
                kind=contents.kind,
                items=items,
                bad=contents.bad,
                skipped=contents.skipped,
                note=later(items, known, settings),
            )

        return await asyncio.to_thread(compare)

    async def apply(self, preview: ImportPreview, *, without: Collection[int] = ()) -> Imported:
        """Stores what a preview told, as one change; what must not be taken in unseen waits for review.

        Args:
            preview: Of the same memory; what was stored since is not stored twice.
            without: Lines that are left out.
        """
        store = self._means.store
        undone = await store.transferring.undone()
        stored = [each for each in await store.transferring.everything() if each.id not in undone]
        known = {(each.text, each.field, each.status, each.valid_to) for each in stored}
        ids = {each.id for each in stored}
        wanted = [
            item
            for item in preview.wanted
            if item.line not in without
            and (item.memory.text, item.memory.field, item.memory.status, item.memory.valid_to) not in known
        ]
        if not wanted:
            return Imported()
        batch, memories = await store.transferring.put(
            [
                Arrival(
                    memory=item.memory,
                    replaces=tuple(each.id for each in item.against if each.id in ids),
                    back=item.back.id if item.back is not None and item.back.id in undone else None,
                )
                for item in wanted
            ],
            preview.name,
        )
        self._means.publish(
            Learned(
                added=tuple(each for each in memories if each.status == "active"),
                pending=tuple(each for each in memories if each.status == "pending"),
            )
        )
        self._means.homes.main.learning.wake()
        return Imported(batch=batch, memories=tuple(memories))


def _read(file: Path) -> str:
    path = file.expanduser()
    try:
        if path.is_dir():
            raise MemchatError(f"{path} is a folder.", "Name a file.")
        with path.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise MemchatError(f"{path} cannot be read: {error.strerror or error}.") from error
    if len(content) > MOST_BYTES:
        raise MemchatError(f"{path} is longer than {MOST_BYTES // 1_048_576} MB.", "Import it in parts.")
    if b"\0" in content[:4096]:
        raise MemchatError(f"{path} is not a text.", "A zip file is unpacked first.")
    return content.decode("utf-8", "replace")
