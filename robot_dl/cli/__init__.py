"""The command `robot_dl`: one module per verb."""
