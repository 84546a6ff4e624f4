"""The command gate: the one door through which every command for a robot goes."""
