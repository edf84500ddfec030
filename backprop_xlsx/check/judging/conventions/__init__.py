"""Which exercise, network and columns a table follows: what leaves the least wrong."""
