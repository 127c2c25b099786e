"""Settings from the config file, the environment and the command line, and back into the file."""

from memchat.config.load import load
from memchat.config.show import Shown, show
from memchat.config.write import set_endpoint, set_value

__all__ = ["Shown", "load", "set_endpoint", "set_value", "show"]
