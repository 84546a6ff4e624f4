"""Controllers of simulated joints, shaped like those of ros2_control; pure, time is an argument."""
