"""Deep-learning nodes for ROS 2: perception and policies with standard messages."""

__version__ = '0.1.0'
