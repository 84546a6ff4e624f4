"""A deployment file becomes a list of nodes to start. Pure: launch files and the CLI read it."""
