"""Right and wrong workbooks of back-propagation in many people's styles, and how they are judged."""
