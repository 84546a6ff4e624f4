"""From an image to the distance of what each of its pixels shows."""
