"""`memchat locate`: where the files are."""

from argparse import Namespace

from memchat.cli.parser import JSON, Commands, shared
from memchat.cli.running import DONE


def register(commands: Commands) -> None:
    parser = commands.add("locate", "[--json]", "Tell where memchat keeps its files", run, parents=[shared(JSON)])
    parser.set_defaults(json=False)


def run(args: Namespace) -> int:
    from memchat.cli.output import print_fields, print_json
    from memchat.paths import Paths

    paths = Paths.from_environment()
    places = {
        "config": paths.config_file,
        "database": paths.database,
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
