"""A six-axis arm with a parallel gripper of our own design: its numbers, its models, its goals."""
