"""Names that settings and values share; alone in a module, so that reading the settings makes no values."""

from typing import Literal, get_args

MemoryKind = Literal["preference", "fact", "decision", "goal", "event", "instruction"]
MEMORY_KINDS: tuple[MemoryKind, ...] = get_args(MemoryKind)

WorkingMode = Literal["buffer", "window", "summary", "hybrid"]
