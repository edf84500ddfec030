"""The sheet of a run, on a screen and on paper."""
