"""A page on a class: which mistakes were made, what to teach again, who shares a rare one."""
