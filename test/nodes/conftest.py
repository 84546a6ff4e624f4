"""Fixtures of this folder."""

from ros_fixtures import domain_id, model_folder, session  # noqa: F401
