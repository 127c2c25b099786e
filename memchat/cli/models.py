"""`memchat models`: what can answer; pull, use and remove the built-in ones."""

from argparse import Namespace
from typing import TYPE_CHECKING

from memchat.cli.parser import JSON, Commands, shared
from memchat.cli.running import DONE

if TYPE_CHECKING:
    from memchat.assistant import Assistant


def register(commands: Commands) -> None:
    one = shared(JSON)
    parser = commands.add(
        "models",
        "[list | pull | use | remove] [--json]",
        "List models; pull, use and remove built-in ones",
        list_models,
        parents=[one],
        spaced=False,
    )
    parser.set_defaults(json=False)
    actions = Commands(parser, dest="action", title="actions", metavar="ACTION")
    actions.add(
        "list",
        "[--json]",
        "Models of every endpoint that answers, and built-in ones",
        list_models,
        parents=[one],
        spaced=False,
    )
    pull = actions.add(
        "pull", "NAME", "Download a built-in model; goes on where it was broken off", pull_model, spaced=False
    )
    use = actions.add(
        "use", "NAME", "Answer with this model from now on: MODEL or ENDPOINT/MODEL", use_model, spaced=False
    )
    remove = actions.add("remove", "NAME", "Delete a built-in model's weights", remove_model, spaced=False)
    for action in (pull, use, remove):
        action.add_argument("name", metavar="NAME", help="as `memchat models` lists it")


async def list_models(args: Namespace) -> int:
    from memchat.cli.opening import assistant
    from memchat.cli.output import Column, print_json, print_table

    async with assistant(args) as opened:
        await opened.connect()
        choices = await opened.model_choices()
    if args.json:
        fields = ("endpoint", "name", "detail", "installed", "current")
        print_json([{field: getattr(choice, field) for field in fields} for choice in choices])
        return DONE
    print_table(
        [
            Column(title=""),
            Column(title="endpoint", style="dim"),
            Column(title="model", style="bold"),
            Column(title="state"),
            Column(title="about", wide=True),
        ],
        [
            (
                "*" if choice.current else "",
                choice.endpoint,
                choice.name,
                "ready" if choice.installed else "to pull" if choice.endpoint == "builtin" else "no answer",
                choice.detail,
            )
            for choice in choices
        ],
        empty="There are no models.",
    )
    return DONE


async def pull_model(args: Namespace) -> int:
    from memchat.cli.notices import Notices
    from memchat.cli.opening import load_settings
    from memchat.cli.output import print_fields
    from memchat.providers.weights import Weights

    _, paths = load_settings()
    weights = Weights(paths.weights_dir)
    name = weights.find(args.name.removeprefix("builtin/")).name
    notices = Notices()
    try:
        file = await weights.pull(name, notices.progress)
    finally:
        notices.clear()
    print_fields([("pulled", name), ("to", str(file))])
    return DONE


async def use_model(args: Namespace) -> int:
    from memchat.cli.opening import assistant, split_model
    from memchat.cli.output import print_fields
    from memchat.core.errors import ModelError

    async with assistant(args) as opened:
        endpoint, name = split_model(args.name, opened.settings)
        if not endpoint:
            endpoint = await _endpoint_of(opened, name)
        if not endpoint:
            raise ModelError(
                f"No endpoint is set up that could have a model named {name!r}.",
                "Name a built-in one from `memchat models`, or set OPENAI_BASE_URL.",
            )
        status = await opened.use_model(endpoint, name)
    if status.state == "failed":
        raise ModelError(status.problem)
    print_fields([("endpoint", status.endpoint), ("model", status.name), ("window", f"{status.window:,} tokens")])
    return DONE


async def _endpoint_of(assistant: "Assistant", name: str) -> str:
    """The endpoint that lists the model: the one in use before others, and also where none lists it."""
    current = (await assistant.connect()).endpoint
    listing = [choice.endpoint for choice in await assistant.model_choices() if choice.name == name]
    return current if current in listing else next(iter(listing), current)


async def remove_model(args: Namespace) -> int:
    from memchat.cli.opening import load_settings
    from memchat.cli.output import print_fields
    from memchat.providers.weights import Weights

    _, paths = load_settings()
    name = args.name.removeprefix("builtin/")
    freed = Weights(paths.weights_dir).remove(name)
    print_fields([("removed", name), ("freed", f"{freed / 1e6:,.0f} MB")])
    return DONE
