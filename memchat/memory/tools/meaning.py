"""Which saved fact a model means, by its words alone: models are given no ids and could invent them."""

from contextlib import suppress
from dataclasses import dataclass

from memchat.core.errors import NotFound
from memchat.core.memories import Memory
from memchat.core.searching import Narrowed, SearchQuery
from memchat.memory.queries import Vocabulary, all_words, query_of, same_text
from memchat.memory.quoting import one_line
from memchat.memory.searching import Searcher
from memchat.memory.tools.values import ToolContext, ToolResult

_MOST_FOUND = 8
_LEAST_SHARE = 0.5
"""Of the words given, how many a fact must have to be meant."""

_CLEARLY = 0.25
"""By how much it must be ahead of the next one."""

_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Meant:
    """The fact that is meant; or none, and the answer that says why."""

    memory: Memory | None
    answer: ToolResult


async def meant(words: str, context: ToolContext) -> Meant:
    """The active fact or profile value that `words` mean.

    It is looked for among what was recalled for this turn, in the profile, and by a search.

    Args:
        words: As the model gives them.
        context: Where to look.
    """
    found = {memory.id: memory for memory in await _candidates(words, context)}
    scored = sorted(((_share(words, memory), memory) for memory in found.values()), key=lambda pair: -pair[0])
    likely = [(share, memory) for share, memory in scored if share >= _LEAST_SHARE]
    if not likely:
        return Meant(None, ToolResult("No saved fact is about that. Search with search_memory, or save it anew."))
    exact = [memory for _, memory in likely if same_text(memory.text) == same_text(words)]
    if len(exact) == 1:
        return Meant(exact[0], ToolResult(""))
    if len(likely) > 1 and likely[0][0] - likely[1][0] < _CLEARLY:
        listed = "\n".join(f"- {one_line(memory.text)[:200]}" for _, memory in likely[:_SHOWN])
        return Meant(None, ToolResult(f"Several saved facts could be meant. Ask the user which one:\n{listed}"))
    return Meant(likely[0][1], ToolResult(""))


async def _candidates(words: str, context: ToolContext) -> list[Memory]:
    ids = [item.id for item in context.recalled if item.kind in ("fact", "profile")]
    ids += [field.memory_id for field in await context.store.profile.list() if field.memory_id]
    query = SearchQuery(text=words, narrowed=Narrowed(kinds=("fact", "profile")))
    searched = await Searcher(context.recaller, context.store).search(query, limit=_MOST_FOUND)
    ids += [hit.item.id for hit in searched.hits]
    found: list[Memory] = []
    for each in dict.fromkeys(ids):
        with suppress(NotFound):
            found.append(await context.store.memories.get(each))
    return [memory for memory in found if memory.status == "active"]


def _share(words: str, memory: Memory) -> float:
    """How much of `words` the memory has, from 0 to 1."""
    terms = query_of(words).terms or all_words(words)
    vocabulary = Vocabulary.of(f"{memory.text}\n{memory.attribute}\n{(memory.field or '').replace('_', ' ')}")
    return sum(vocabulary.has(term) for term in terms) / len(terms) if terms else 0.0
