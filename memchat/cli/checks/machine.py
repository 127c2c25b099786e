"""Python, folders and disk."""

import os
import platform
import shutil
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from memchat.cli.checks.finding import Finding, Surroundings, fail, ok, warn

_OLDEST = (3, 11)
_NEWEST_TRIED = (3, 14)
_MUST_BE_FREE = 200_000_000
_SHOULD_BE_FREE = 2_000_000_000
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


async def python(_: Surroundings) -> AsyncIterator[Finding]:
    detail = (
        f"{platform.python_implementation()} {platform.python_version()} on {platform.system()} {platform.machine()}"
    )
    version = sys.version_info[:2]
    if version < _OLDEST:
        yield fail("python", detail, "memchat needs Python 3.11 or newer.")
    elif version > _NEWEST_TRIED:
        yield warn("python", detail, "memchat was tried with Python 3.11 to 3.14.")
    else:
        yield ok("python", detail)


async def folders(around: Surroundings) -> AsyncIterator[Finding]:
    paths = around.paths
    for folder in dict.fromkeys((paths.config_dir, paths.data_dir, paths.cache_dir)):
        yield _folder(folder)
    for file in (*map(paths.database_of, paths.spaces()), paths.keys_file, paths.config_file, paths.log_file):
        if file.exists() and os.name == "posix" and file.stat().st_mode & _OTHERS and file != paths.config_file:
            yield warn("file", f"{file} can be read by others", f"chmod 600 '{file}'")


def _folder(folder: Path) -> Finding:
    if not folder.exists():
        parent = next(each for each in folder.parents if each.exists())
        if parent.is_dir() and os.access(parent, os.W_OK | os.X_OK):
            return ok("folder", f"{folder} is made at the first start")
        return fail("folder", f"{folder} cannot be made in {parent}", "Set MEMCHAT_HOME to a folder of your own.")
    if not folder.is_dir():
        return fail("folder", f"{folder} is a file", "Move it away, or set MEMCHAT_HOME to a folder of your own.")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return fail(
            "folder", f"{folder} cannot be written to", f"sudo chown -R \"$USER\" '{folder}', or set MEMCHAT_HOME."
        )
    if os.name == "posix" and folder.stat().st_mode & _OTHERS:
        return warn("folder", f"{folder} can be looked into by others", f"chmod 700 '{folder}'")
    return ok("folder", str(folder))


async def disk(around: Surroundings) -> AsyncIterator[Finding]:
    place = around.paths.data_dir
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    detail = f"{free / 1e9:.1f} GB free for {around.paths.data_dir}"
    if free < _MUST_BE_FREE:
        yield fail("disk", detail, "Make room: conversations can soon not be stored.")
    elif free < _SHOULD_BE_FREE:
        yield warn("disk", detail, "Built-in models need up to 1.2 GB more.")
    else:
        yield ok("disk", detail)
