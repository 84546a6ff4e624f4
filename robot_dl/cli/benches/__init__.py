"""The benchmarks: one file per benchmark, and the processes that they start."""
