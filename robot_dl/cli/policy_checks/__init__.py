"""Whether a policy still does what it did, and fits a robot."""
