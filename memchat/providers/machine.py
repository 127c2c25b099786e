"""What this machine has for a model: memory and cores."""

import os
import subprocess
import sys
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")


def available_memory() -> int:
    """Bytes that a new process may use without pushing others out; 0 where it cannot be told."""
    if sys.platform == "linux":
        free = _linux_memory()
    elif sys.platform == "win32":
        free = _windows_memory()
    else:
        free = _number(_output("sysctl", "-n", "hw.memsize")) * 6 // 10
    return free


def physical_cores() -> int:
    """Cores that this process may use, hyper-threads not counted, at least 1."""
    logical = len(os.sched_getaffinity(0)) if sys.platform == "linux" else (os.cpu_count() or 1)
    if sys.platform == "linux":
        cores = min(_linux_cores() or logical, _cgroup_cores() or logical)
    elif sys.platform == "darwin":
        cores = _number(_output("sysctl", "-n", "hw.perflevel0.physicalcpu")) or _number(
            _output("sysctl", "-n", "hw.physicalcpu")
        )
    else:
        cores = logical // 2
    return max(1, min(cores or logical, logical))


def _linux_memory() -> int:
    free = 0
    for line in _text(Path("/proc/meminfo")).splitlines():
        if line.startswith("MemAvailable:"):
            free = int(line.split()[1]) * 1024
    limit, used = _number(_text(_CGROUP / "memory.max")), _number(_text(_CGROUP / "memory.current"))
    return min(free, max(0, limit - used)) if limit else free


def _linux_cores() -> int:
    pairs = set()
    for cpu in os.sched_getaffinity(0) if sys.platform == "linux" else ():
        topology = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology")
        core = _text(topology / "core_id")
        if core:
            pairs.add((_text(topology / "physical_package_id"), core))
    return len(pairs)


def _cgroup_cores() -> int:
    quota, _, period = _text(_CGROUP / "cpu.max").partition(" ")
    return max(1, _number(quota) // _number(period)) if _number(quota) and _number(period) else 0


def _windows_memory() -> int:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            ("total", ctypes.c_ulonglong),
            ("available", ctypes.c_ulonglong),
            ("others", ctypes.c_ulonglong * 5),
        )

    status = Status(length=ctypes.sizeof(Status))
    told = vars(ctypes)["windll"].kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
    return int(status.available) if told else 0


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace").strip()
    except OSError:
        return ""


def _number(text: str) -> int:
    return int(text) if text.strip().isdecimal() else 0


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=2, check=False)  # noqa: S603 - fixed words
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
