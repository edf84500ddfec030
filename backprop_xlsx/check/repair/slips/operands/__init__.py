"""Slips in a formula's operands, undone by another operand in their place."""
