"""Which quantities the columns are that no header explains."""
