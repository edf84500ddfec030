"""What the columns of a run are computed from, before anything is known of what they mean."""
