"""The executables: one node per file."""
