"""The mistakes that the check knows, one entry each: its code, how it is undone, its words."""
