"""Reading, and minimally rewriting, the .xlsx packages of strangers."""
