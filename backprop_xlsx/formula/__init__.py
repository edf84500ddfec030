"""One tree for a formula: as a cell holds it, as a person writes it, and as a value."""
