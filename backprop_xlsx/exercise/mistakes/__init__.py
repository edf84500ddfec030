"""The known mistakes that marks name, made and named by the check's entries."""
