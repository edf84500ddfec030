"""What deserves a look though no formula is wrong."""
