"""Which cells, or typed numbers, stand for the constants of a table."""
