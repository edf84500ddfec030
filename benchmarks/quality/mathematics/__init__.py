"""The mathematics of a book: which network, the truth, and formulas with named operands."""
