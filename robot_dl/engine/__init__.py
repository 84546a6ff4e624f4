"""Arrays in, arrays out: model cards, and the runtimes that execute their graphs."""
