"""Builds wheels from ROS 2 interface files, with the generators that the ROS wheels bring."""
