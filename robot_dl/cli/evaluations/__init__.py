"""How `robot_dl eval` scores models of each task: one module each, `score` and `table`."""
