"""The report as HTML, and the look of every page."""
