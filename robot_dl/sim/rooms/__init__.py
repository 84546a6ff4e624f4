"""What the `rooms` world is made of: plan, walls, doors, furniture, moving obstacles, robot."""
