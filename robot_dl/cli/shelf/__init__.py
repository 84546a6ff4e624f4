"""Look at the models that are there."""
