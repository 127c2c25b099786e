"""Plays all the written conversations with one model, and reports."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack

from memchat.core.errors import ModelError
from memchat.core.settings import Settings
from memchat.evaluation.cases import Conversation
from memchat.evaluation.hosting import evaluation_settings, sharing
from memchat.evaluation.observed import Observed
from memchat.evaluation.playing import Player
from memchat.evaluation.report import Report
from memchat.paths import Paths


class Evaluation:
    """Plays conversations with one model.

    Args:
        settings: The user's.
        paths: The user's, where the model's weights and keys are; nothing else there is read, and nothing written.
        environ: The environment, which may name the model.
        progress: Told in a line what is done.
    """

    def __init__(
        self, settings: Settings, paths: Paths, environ: Mapping[str, str], progress: Callable[[str], None]
    ) -> None:
        self._settings = evaluation_settings(settings)
        self._paths = paths
        self._environ = environ
        self._progress = progress

    async def run(self, conversations: Sequence[Conversation]) -> Report:
        """Plays each of them and asks its questions.

        Raises:
            ModelError: There is no model, or it cannot be reached.
        """
        began = time.monotonic()
        observed: list[Observed] = []
        async with AsyncExitStack() as stack:
            shared = await stack.enter_async_context(sharing(self._settings, self._paths, self._environ))
            status = await shared.connection.connect()
            chosen = await stack.enter_async_context(shared.connection.reading())
            player = Player(self._settings, shared, chosen.client.endpoint.noted_as, self._environ)
            for number, conversation in enumerate(conversations, 1):
                played = await player.play(conversation)
                if played.asked and not any(map(_answered, (*observed, played))):
                    raise ModelError(played.asked[0].problem, "Then begin again.")  # the others would fare no better
                observed.append(played)
                self._progress(_line_on(played, number, len(conversations), time.monotonic() - began))
            unable = shared.connection.unable
        return Report(model=status.name, observed=tuple(observed), unable=unable, seconds=time.monotonic() - began)


def _answered(observed: Observed) -> bool:
    """Whether the model answered a question at all."""
    return any(not asked.problem for asked in observed.asked)


def _line_on(played: Observed, number: int, of: int, seconds: float) -> str:
    active = sum(memory.status == "active" for memory in played.memories)
    right = sum(not asked.problem and asked.question.right(asked.answer) for asked in played.asked if asked.with_memory)
    questions = len(played.conversation.questions)
    return (
        f"{number}/{of} {played.conversation.name}: {active} remembered, {right} of {questions} answered, "
        f"{played.seconds:.0f} s ({seconds / 60:.1f} min in all)"
    )
