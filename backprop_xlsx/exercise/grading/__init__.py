"""Grading practice books that were handed in, by the key of their class."""
