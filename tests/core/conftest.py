"""A law holds however slow the machine is: hypothesis times neither an example nor how it is made."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "untimed",
    settings.get_profile(settings.get_current_profile_name()),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("untimed")
