"""The sheets of a digit workbook, one module for each kind."""
