"""Search by hand: messages, facts, profile and past sessions, for what a person types."""

from memchat.memory.searching.grammar import filter_of, filtered, parsed, with_filter
from memchat.memory.searching.searcher import RANKED, Searcher

__all__ = ["RANKED", "Searcher", "filter_of", "filtered", "parsed", "with_filter"]
