"""Say of every pixel what it shows, and to which object it belongs."""
