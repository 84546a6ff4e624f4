"""Learned policies: what a robot senses becomes an observation, and an action becomes a plan."""
