"""Simulated worlds, and the node that puts one on ROS topics."""
