"""Times in what people write: "last month", "on 3 March", "seit März", "上個月"; read by rules, without a model."""

from memchat.memory.dates.reading import asks_about_past, spans, without_past_words
from memchat.memory.dates.resolving import resolve
from memchat.memory.dates.validities import validity
from memchat.memory.dates.values import Grain, TimeSpan, Validity

__all__ = ["Grain", "TimeSpan", "Validity", "asks_about_past", "resolve", "spans", "validity", "without_past_words"]
