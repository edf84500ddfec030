"""What is taught: a network, its samples and start values, and the runs that train it."""
