"""Whether a model can read ordinary talk for facts."""

from memchat.core.errors import NotFound
from memchat.memory.probe import UNABLE
from memchat.providers.catalog import find
from memchat.providers.sizes import billions
from memchat.store.values import ModelFacts

_LEAST_BILLIONS = 1.0
"""Of parameters; what is smaller keeps everything or nothing."""


def can_learn(name: str, facts: ModelFacts) -> bool | None:
    """Whether a model can tell what to keep: by a probe, by the catalog, else by its size; none is not known.

    Args:
        name: The model's.
        facts: What was learned about it by using it.
    """
    if facts.extracts is not None:
        return facts.extracts
    try:
        return find(name).learns
    except NotFound:
        size = billions(name)
        return None if size is None else size >= _LEAST_BILLIONS


def why_unable(name: str, facts: ModelFacts) -> str:
    """Why nothing is learned from ordinary talk with a model, in a sentence; empty when it can learn.

    Of a model that nothing is known of the best is thought, until it is probed.
    """
    return UNABLE.format(model=name) if name and can_learn(name, facts) is False else ""
