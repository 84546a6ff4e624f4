"""Fixtures of the verbs that publish."""

from ros_fixtures import _this_machine_only, domain_id, session
