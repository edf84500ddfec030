"""Which cell is which quantity, and whether each formula is right."""
