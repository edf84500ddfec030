"""Whether a corrected copy could be explained otherwise: then it is not given out."""
