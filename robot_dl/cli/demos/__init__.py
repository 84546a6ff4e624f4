"""What `robot_dl demo` is made of: runner, judgement, gallery and report."""
