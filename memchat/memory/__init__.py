"""The layers of memory: what each call holds, what is recalled for it, and what is learned after it."""
