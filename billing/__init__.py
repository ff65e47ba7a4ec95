"""What brands pay, and what is published about it."""
