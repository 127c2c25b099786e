"""Reading what the user says for facts about them."""

from memchat.memory.extraction.extracting import extract
from memchat.memory.extraction.values import Extracted, ExtractionBatch, Heard, Proposal

__all__ = ["Extracted", "ExtractionBatch", "Heard", "Proposal", "extract"]
