"""All runs side by side: their losses, and sentences about them that stay true."""
