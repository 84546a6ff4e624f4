"""The demo of policies: they act over real topics, one after another, and are stopped once."""
