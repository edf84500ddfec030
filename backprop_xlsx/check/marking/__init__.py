"""Marks: what a file is worth, by the columns that are right."""
