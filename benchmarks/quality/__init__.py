"""Right and wrong workbooks in many people's styles, and how the check judges them."""
