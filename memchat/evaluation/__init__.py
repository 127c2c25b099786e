"""How good the memory is: conversations that are written down, played through the real program, and scored."""
