"""How well recall finds what was said."""
