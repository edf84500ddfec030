"""Slips in a formula's structure, each undone by another arrangement of the same tokens."""
