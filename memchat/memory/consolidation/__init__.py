"""Tidying up what was learned: near-duplicates merged, recurring themes proposed, contradictions shown."""

from memchat.memory.consolidation.running import consolidate

__all__ = ["consolidate"]
