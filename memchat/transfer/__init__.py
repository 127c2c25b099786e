"""Memories out of the program and back in: as JSON lines to keep, as Markdown to read, and from other assistants."""
