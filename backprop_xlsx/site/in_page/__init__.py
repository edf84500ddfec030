"""What the page asks of Python: called by its worker, in the browser, one call at a time."""
