"""What each column of a run must agree with, step by step, in a form that is not its formula."""
