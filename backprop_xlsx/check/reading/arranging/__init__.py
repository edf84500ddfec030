"""Where the tables of a book stand, found by headers or by what formulas refer to."""
