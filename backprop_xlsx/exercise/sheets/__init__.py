"""The sheets of the practice book."""
