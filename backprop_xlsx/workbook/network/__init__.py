"""The first sheet: the start values, the network drawn with live numbers, the notation."""
