"""What benchmarks share: percentiles, resident memory, and results that are kept in one file."""

import json
import os
import platform
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results.json"


def percentile(values: Sequence[float], share: float) -> float:
    """What so large a share of the values, from 0 to 1, does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def latency(milliseconds: Sequence[float]) -> dict[str, float]:
    """The median and the 95th percentile, in milliseconds."""
    return {"p50": round(percentile(milliseconds, 0.5), 2), "p95": round(percentile(milliseconds, 0.95), 2)}


def resident() -> dict[str, int]:
    """This process's memory in bytes: its own, and that of files it has mapped; Linux only."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {"own": _bytes(lines["RssAnon"]), "mapped": _bytes(lines["RssFile"])}


def _bytes(told: str) -> int:
    return int(told.split(maxsplit=1)[0]) * 1024


def machine() -> dict[str, Any]:
    """Where and with what was measured, and how busy the machine was."""
    model = next((line for line in _lines("/proc/cpuinfo") if line.startswith("model name")), ": unknown")
    return {
        "at": time.strftime("%Y-%m-%d %H:%M"),
        "processor": model.split(":", 1)[1].strip(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "sqlite-vec": version("sqlite-vec"),
        "numpy": version("numpy"),
        "onnxruntime": version("onnxruntime"),
    }


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def keep(path: Path, name: str, found: Any) -> None:
    """Puts what was found under a name into the file of results; the rest of it stays."""
    results = json.loads(path.read_text()) if path.exists() else {}
    results[name] = {"machine": machine(), "found": found}
    path.write_text(json.dumps(results, indent=2) + "\n")
    print(f"written to {path}: {name}")
