"""What is wrong with a table, why, and what it does to the loss."""
