"""The practice book: cells to be filled in that mark themselves, one book for every student."""
