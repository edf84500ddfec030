"""The sheet of several samples, and what each run has learnt of them."""
