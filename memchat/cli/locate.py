"""`memchat locate`: where the files are."""

from argparse import Namespace
from typing import TYPE_CHECKING

from memchat.cli.parser import JSON, Commands, shared
from memchat.cli.running import DONE

if TYPE_CHECKING:
    from memchat.paths import Paths


def register(commands: Commands) -> None:
    parser = commands.add("locate", "[--json]", "Tell where memchat keeps its files", run, parents=[shared(JSON)])
    parser.set_defaults(json=False)


def run(args: Namespace) -> int:
    from memchat.cli.output import print_fields, print_json
    from memchat.paths import Paths

    paths = Paths.from_environment()
    places = {
        "config": paths.config_file,
        "database": paths.database_of(args.space or _space(paths)),
        "spaces": paths.spaces_dir,
        "personas": paths.personas_dir,
        "models": paths.weights_dir,
        "themes": paths.themes_dir,
        "log": paths.log_file,
        "keys": paths.keys_file,
        "config_dir": paths.config_dir,
        "data_dir": paths.data_dir,
        "cache_dir": paths.cache_dir,
    }
    if args.json:
        print_json({name: str(place) for name, place in places.items()})
    else:
        print_fields([(name, str(place)) for name, place in places.items()])
    return DONE


def _space(paths: "Paths") -> str:
    """The space in use; the personal one where the settings cannot be read."""
    from memchat.config import load
    from memchat.core.errors import MemchatError
    from memchat.paths import PERSONAL

    try:
        return load(paths).memory.space
    except MemchatError:
        return PERSONAL
