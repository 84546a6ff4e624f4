"""Controllers of simulated joints, shaped like ros2_control's; pure, time is an argument."""
