"""Search by hand: what people and models look for in everything that was ever said or saved."""

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from memchat.core.context import ItemKind, RecalledItem
from memchat.core.searching import Narrowed
from memchat.memory.holding import holding
from memchat.memory.queries import Query, all_words
from memchat.memory.recall import CANDIDATES

if TYPE_CHECKING:
    from memchat.memory.recall import Recaller


class Searcher:
    """Searches as recall does, and leaves out nothing that it would spare a model.

    Args:
        recaller: Ranks what is found.
    """

    def __init__(self, recaller: "Recaller") -> None:
        self._recaller = recaller

    async def search(
        self, query: str, *, kinds: Collection[ItemKind] | None = None, limit: int = 20
    ) -> list[RecalledItem]:
        """What a search by hand finds, best first; beginnings of words count where whole words find nothing.

        What has ceased to hold is found too, with its dates, where the query asks how things were.
        """
        recaller = self._recaller
        asked = await recaller.asked(query)
        asked = replace(asked, query=Query(asked.query.terms or all_words(query), asked.query.text))
        if not asked.query.terms or limit <= 0:
            return []
        found, *_ = await recaller.find(
            asked,
            outside=None,
            narrowed=Narrowed(kinds=None if kinds is None else tuple(kinds)),
            candidates=max(CANDIDATES, 2 * limit),
            limit=limit,
            answering=False,
        )
        found = holding(found, asked, recaller.clock())
        items = [recaller.item(one, one.item.text) for one in found[:limit] if one.score > 0]
        return await recaller.holding.told(items)
