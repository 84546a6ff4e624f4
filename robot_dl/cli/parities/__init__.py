"""Whether two models, or two engines, say the same of pictures."""
