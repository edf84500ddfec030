"""The sheets of the stages of a network, one module for each kind."""
