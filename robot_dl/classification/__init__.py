"""Say what an image shows."""
