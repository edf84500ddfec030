"""Is anybody's workbook right? Finds the tables, probes each formula, explains what is wrong."""
