"""Measures recall on a whole data set."""

import time
from collections.abc import Callable, Mapping

from memchat.core.settings import Settings
from memchat.evaluation.hosting import evaluation_settings, sharing
from memchat.evaluation.retrieval.asking import Asked, Asker
from memchat.evaluation.retrieval.report import RetrievalReport
from memchat.evaluation.retrieval.values import Dataset
from memchat.memory.ranking import COMPONENTS, Component
from memchat.paths import Paths
from memchat.providers.embedder import Embedder


class Retrieval:
    """Measures recall with one way of setting it up.

    Args:
        settings: The user's.
        paths: The user's, where keys and models are; nothing else there is read, and nothing written.
        environ: The environment.
        progress: Told in a line what is done.
    """

    def __init__(
        self, settings: Settings, paths: Paths, environ: Mapping[str, str], progress: Callable[[str], None]
    ) -> None:
        self._settings = evaluation_settings(settings)
        self._paths = paths
        self._environ = environ
        self._progress = progress

    async def run(
        self, dataset: Dataset, *, ablate: bool = True, found: Callable[[Asked], None] = lambda _: None
    ) -> RetrievalReport:
        """Takes in each conversation and asks its questions.

        Args:
            dataset: What is said and asked.
            ablate: Whether each component of recall is left out once.
            found: Told of each question once it was asked, in the order of the file.
        """
        began = time.monotonic()
        asked: list[Asked] = []
        async with sharing(self._settings, self._paths, self._environ) as shared:
            await shared.texts.load()
            embedder = await shared.embedding.get()
            without: tuple[Component, ...] = COMPONENTS if ablate else ()
            lacking = await _lacking(embedder)
            without = tuple(component for component in without if component not in lacking)
            asker = Asker(self._settings, shared, self._environ, without)
            for number, sample in enumerate(dataset.samples, 1):
                answers = await asker.ask(sample)
                for each in answers:
                    found(each)
                asked += answers
                self._progress(
                    f"{number}/{len(dataset.samples)} {sample.name}: {len(sample.session_of)} turns, "
                    f"{len(sample.questions)} questions ({(time.monotonic() - began) / 60:.1f} min in all)"
                )
            reason = shared.embedding.status.reason if embedder is None else ""
        return RetrievalReport(
            dataset=dataset,
            asked=tuple(asked),
            without=without,
            embedder=embedder.id if embedder is not None else "",
            words_only=reason or "",
            seconds=time.monotonic() - began,
        )


async def _lacking(embedder: Embedder | None) -> tuple[Component, ...]:
    """What recall does without anyway."""
    if embedder is None:
        return ("meaning", "tokens")
    if not (await embedder.question("What is told of each word?")).tokens:
        return ("tokens",)
    return ()
