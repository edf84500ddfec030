"""Changing some cells of a workbook and leaving every other byte."""
