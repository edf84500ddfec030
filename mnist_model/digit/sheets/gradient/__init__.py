"""The hidden sheets that carry the gradient back through the stages, one module for each kind."""
