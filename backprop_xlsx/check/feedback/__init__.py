"""A page for each student: the mark, each mistake with its reason, the network, the losses."""
