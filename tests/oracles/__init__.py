"""What knows the truth independently of the code under test."""
