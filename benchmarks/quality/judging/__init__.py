"""What the check makes of the books, scored and tabled."""
