"""Settings for all tests: no timed assertions, so hypothesis gets no deadline either."""

import os

from hypothesis import HealthCheck, settings

# In CI the same examples each time: what fails there fails for everybody. Elsewhere new ones.
settings.register_profile(
    "default",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.load_profile("default")
