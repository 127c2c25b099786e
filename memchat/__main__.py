"""`python -m memchat` is `memchat`."""

import sys

from memchat.cli import main

if __name__ == "__main__":
    sys.exit(main())
