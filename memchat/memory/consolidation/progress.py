"""How far a consolidation came, so that one that was killed goes on where it was."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Literal, get_args

Phase = Literal["merge", "conflicts", "distil", "done"]
PHASES: tuple[Phase, ...] = get_args(Phase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What is done of one run.

    Attributes:
        phase: What it is at.
        after: Of that phase, what stands up to this id is done.
        merged: The memories that others were merged into.
        distilled: The memories that were distilled.
        conflicts: The conflicts that were found.
    """

    phase: Phase = "merge"
    after: str = ""
    merged: tuple[str, ...] = ()
    distilled: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> "Progress":
        """What was written; the beginning where that cannot be read."""
        try:
            stored = json.loads(text or "{}")
        except ValueError:
            return cls()
        if not isinstance(stored, dict) or stored.get("phase") not in PHASES:
            return cls()
        lists = {name: tuple(map(str, stored.get(name) or ())) for name in ("merged", "distilled", "conflicts")}
        phase: Phase = stored["phase"]
        return cls(phase=phase, after=str(stored.get("after") or ""), **lists)

    def written(self) -> str:
        """As text, for `read`."""
        return json.dumps(asdict(self))

    def beyond(self, id: str) -> "Progress":
        """With everything up to `id` done."""
        return replace(self, after=id)

    def next_phase(self) -> "Progress":
        """At the beginning of the phase after this one."""
        return replace(self, phase=PHASES[PHASES.index(self.phase) + 1], after="")
