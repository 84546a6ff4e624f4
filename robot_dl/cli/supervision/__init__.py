"""Keep the processes of a deployment running, and end all of them together."""
