"""Policies that were trained elsewhere: what their files say, read without running anything."""
