"""`memchat spaces`: list and delete them."""

from argparse import Namespace
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from memchat.cli.parser import JSON, Commands, changing, shared
from memchat.cli.running import DONE

if TYPE_CHECKING:
    from memchat.paths import Paths


def register(commands: Commands) -> None:
    one = shared(JSON)
    parser = commands.add(
        "spaces",
        "[list | delete] [--json]",
        "List and delete spaces, each with its own sessions and memory",
        list_spaces,
        parents=[one],
    )
    parser.set_defaults(json=False)
    actions = Commands(parser, dest="action", title="actions", metavar="ACTION")
    actions.add("list", "[--json]", "All spaces", list_spaces, parents=[one])
    delete = actions.add(
        "delete",
        "[--json] [--yes] NAME",
        "Erase all of a space for good; shows first what goes",
        delete_space,
        parents=[changing()],
    )
    delete.add_argument("name", metavar="NAME", help="as `memchat spaces` lists it")
    delete.set_defaults(spare=[])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Space:
    """A space and what is in it."""

    name: str
    current: bool
    sessions: int
    memories: int
    used_at: datetime | None


async def list_spaces(args: Namespace) -> int:
    from memchat.cli.opening import load_settings
    from memchat.cli.output import Column, print_json, print_table
    from memchat.core.times import iso

    settings, paths = load_settings(space=args.space)
    found = [await _look(paths, name, current=name == settings.memory.space) for name in paths.spaces()]
    if args.json:
        print_json([_space_json(space, iso(space.used_at) if space.used_at else None) for space in found])
        return DONE
    print_table(
        [
            Column(title=""),
            Column(title="space", style="bold"),
            Column(title="sessions", right=True),
            Column(title="memories", right=True),
            Column(title="used", right=True),
        ],
        [("*" if space.current else "", space.name, space.sessions, space.memories, space.used_at) for space in found],
        empty="",
    )
    return DONE


async def delete_space(args: Namespace) -> int:
    from memchat.cli.erasing import erase
    from memchat.cli.opening import assistant

    async with assistant(args) as opened:
        return await erase(args, opened, "space", args.name)


async def _look(paths: "Paths", name: str, *, current: bool) -> _Space:
    """What is in a space; nothing where it is yet to begin."""
    from memchat.store import Store

    file = paths.database_of(name)
    if not file.exists():
        return _Space(name=name, current=current, sessions=0, memories=0, used_at=None)
    store = await Store.open(file)
    try:
        sessions = await store.sessions.list()
        memories = await store.memories.list(status="active")
    finally:
        await store.close()
    newest = max((session.updated_at for session in sessions), default=None)
    return _Space(name=name, current=current, sessions=len(sessions), memories=len(memories), used_at=newest)


def _space_json(space: _Space, used_at: str | None) -> dict[str, Any]:
    return {
        "name": space.name,
        "current": space.current,
        "sessions": space.sessions,
        "memories": space.memories,
        "used_at": used_at,
    }
