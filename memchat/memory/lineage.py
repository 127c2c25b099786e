"""Which memories were made of which, and what that means when one is erased."""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memchat.store.erasures import Known


class Family:
    """Which memories were made of which.

    Args:
        known: Every memory.
        lineage: The whole and a part, in pairs.
    """

    def __init__(self, known: Sequence["Known"], lineage: Sequence[tuple[str, str]]) -> None:
        self._known = {each.id: each for each in known}
        self._lineage = lineage

    def said_by(self, ids: Collection[str]) -> set[str]:
        """`ids`, and what was merged into them: it says the same."""
        return self._closed(set(ids), self._parts)

    def of(self, ids: Collection[str], same: Callable[["Known"], bool] = lambda _: False) -> tuple[set[str], set[str]]:
        """Those that go with `ids`, and those that come back into use.

        Args:
            ids: What is erased.
            same: Whether a memory says what is erased, and does not come back.
        """
        down = self.said_by(ids)
        while True:
            doomed = self._closed(set(down), self._wholes)
            siblings = self._parts(doomed) - doomed
            alike = {each for each in siblings if same(self._known[each])}
            if not alike:
                return doomed, siblings
            down = self.said_by(down | alike)

    def _parts(self, ids: Collection[str]) -> set[str]:
        """What was merged into them, and is out of use for that reason alone."""
        return {part for whole, part in self._lineage if whole in ids and self._merged(part, whole)}

    def _wholes(self, ids: Collection[str]) -> set[str]:
        return {whole for whole, part in self._lineage if part in ids and whole in self._known}

    def _merged(self, part: str, whole: str) -> bool:
        known = self._known.get(part)
        return known is not None and known.superseded_by == whole and not known.ended

    @staticmethod
    def _closed(ids: set[str], step: Callable[[Collection[str]], set[str]]) -> set[str]:
        while more := step(ids) - ids:
            ids = ids | more
        return ids
