"""Fixtures of the verbs that publish."""

from ros_fixtures import domain_id, session  # noqa: F401
