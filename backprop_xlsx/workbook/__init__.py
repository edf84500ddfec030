"""The workbook: one module for each kind of sheet, and what they share."""
