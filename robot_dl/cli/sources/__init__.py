"""Where images come from that `robot_dl play` publishes: one file per kind of source."""
