"""How a right book turns wrong."""
