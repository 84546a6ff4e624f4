"""The parts of `robot_dl bench policy`: a robot, an echo, a network, and what ticks say."""
