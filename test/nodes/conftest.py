"""Fixtures of this folder."""

from ros_fixtures import (  # noqa: F401
    _this_machine_only,
    domain_id,
    model_folder,
    session,
    shared_session,
)
