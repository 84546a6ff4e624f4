"""Which scenes are for what. Every range of seeds the project uses is named here.

Seeds below a million are nobody's: what a person types for a demonstration was never trained on.
"""

FREE = range(0, 1_000_000)
"""For demonstrations and tests of the simulator."""
HELD_OUT = range(1_000_000, 1_100_000)
"""For `robot_dl eval`: never trained on, never used to choose anything."""
VALIDATION = range(1_100_000, 1_200_000)
"""For the curves during training."""
TRAINING = range(2_000_000, 3_000_000)
"""For training."""

SPLITS = {'free': FREE, 'held_out': HELD_OUT, 'validation': VALIDATION, 'training': TRAINING}
