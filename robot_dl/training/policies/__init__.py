"""Policies that learn in a simulated world, by reinforcement: stable-baselines3 does the learning.

`episodes` is what happens in the world, `env` shows that to the learner, `tasks` says what is to
be learned, `recipes` and `algorithms` how; `learning` does it, and `product` writes the model.
"""
