"""The only code that knows both ROS messages and arrays."""
