"""The terminal interface: the only room that speaks Textual."""
