"""Find objects in images."""
