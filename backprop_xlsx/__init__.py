"""Back-propagation in a spreadsheet: written with live formulas, and proved right."""
