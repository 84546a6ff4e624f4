"""What `robot_dl bench deployment` starts, does to it, and makes of what it hears."""
