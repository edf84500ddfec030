"""The sheet that checks the workbook from within, in live formulas."""
