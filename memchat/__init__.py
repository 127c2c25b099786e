"""memchat: a terminal assistant that remembers you, and shows what it remembers."""

__version__ = "0.1.0"
