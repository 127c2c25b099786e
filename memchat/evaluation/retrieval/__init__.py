"""How well recall finds what was said: data sets that are read in, asked through the real recall, and scored."""
