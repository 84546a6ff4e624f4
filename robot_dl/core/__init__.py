"""Values and geometry shared by every task. NumPy only, no ROS, no runtime."""
