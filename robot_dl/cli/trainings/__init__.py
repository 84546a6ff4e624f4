"""What `robot_dl train` does for each task; one module each, with the functions of a `Job`."""
