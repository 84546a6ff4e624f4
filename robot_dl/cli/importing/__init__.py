"""Turn a file that was exported elsewhere into a model with a card, and say what was guessed."""
