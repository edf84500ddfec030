"""The sheet Derivation: its boxes, and the numbers that its lines put in."""
