"""The students of a class, and the key to their books."""
