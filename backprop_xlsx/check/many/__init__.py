"""A folder of any size: many files, on as many processors or machines as there are."""
