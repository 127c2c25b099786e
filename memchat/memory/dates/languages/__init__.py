"""How each language speaks of time, one module a language."""
