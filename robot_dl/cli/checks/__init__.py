"""The checks of `robot_dl doctor`, one subject a file."""
