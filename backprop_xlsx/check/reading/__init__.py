"""From the sheets of a book to its tables, and to what the operands of their formulas mean."""
