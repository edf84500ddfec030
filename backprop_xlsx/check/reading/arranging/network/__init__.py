"""Which columns of a run are weights, neurons and losses, told by its wires alone."""
