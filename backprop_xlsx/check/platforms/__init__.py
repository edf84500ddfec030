"""Marks as learning platforms import them: Canvas, Moodle, Gradescope."""
