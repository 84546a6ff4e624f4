"""In which states of the command gate a robot is told something."""

from robot_dl.safety.gate import BLENDING, CLOSED, OPEN

ACTIVE = (BLENDING, OPEN)
"""Decisions go through."""
REST = CLOSED
"""Whatever was to be said of a stop has been said."""
