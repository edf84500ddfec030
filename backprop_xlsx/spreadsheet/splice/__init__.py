"""Add a sheet to somebody's workbook, and leave every other part of the file as it is."""

from backprop_xlsx.spreadsheet.splice.splicing import LONGEST_SHEET_NAME, free_sheet_name, splice

__all__ = ["LONGEST_SHEET_NAME", "free_sheet_name", "splice"]
