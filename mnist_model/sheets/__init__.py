"""The sections of a run's sheet, each one table with live formulas and where its cells are."""
