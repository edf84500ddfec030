"""How a network is trained: data, networks, recipes, the loop, and the record of a run."""
