"""What the check found, for a terminal, a page, a mark sheet and programs."""
