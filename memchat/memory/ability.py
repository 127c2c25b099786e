"""Whether a model can read ordinary talk for facts."""

from memchat.providers.sizes import billions
from memchat.store.values import ModelFacts

_LEAST_BILLIONS = 1.0
"""Of parameters; what is smaller writes down what nobody said."""


def why_unable(name: str, facts: ModelFacts) -> str:
    """Why nothing is learned from ordinary talk with a model, in a sentence; empty when it can learn.

    What a probe found counts, else what the model's size says; of a model that nothing is known of the best is thought.

    Args:
        name: The model's.
        facts: What was learned about it by using it.
    """
    size = billions(name)
    able = facts.extracts if facts.extracts is not None else size is None or size >= _LEAST_BILLIONS
    if not name or able:
        return ""
    return f"{name} is too small to learn from what you say; what you ask it to remember is kept all the same."


def is_unproven(name: str, facts: ModelFacts) -> bool:
    """Whether neither a probe nor its size tells what a model can do."""
    return bool(name) and facts.extracts is None and billions(name) is None
