"""How a test that measures time is marked: others may be at work on this computer."""

import pytest

# What holds in one of five tries holds: only a slow machine makes the others fail.
timed = pytest.mark.flaky(reruns=4, reruns_delay=0.3, only_rerun=["AssertionError", "TimeoutError"])
