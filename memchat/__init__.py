"""memchat: a terminal assistant that remembers you, and shows what it remembers."""

import os

__version__ = "0.1.0"

# Products here are small: several threads would wait for one another longer than they compute, and take the processor
# from the screen. numpy looks at these when it is first imported.
for _library in ("OPENBLAS", "MKL", "BLIS"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")
os.environ.setdefault("VECLIB_MAXIMUM_THREADS", "1")
