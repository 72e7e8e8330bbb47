"""Which processes of a data folder are still there."""

import os
import signal
import subprocess
import sys

from tapster.app.lives import Lives

HOLDS = """
import pathlib, sys, time
from tapster.app.lives import Lives
lives = Lives(pathlib.Path(sys.argv[1]))
lives.begin("other")
print("begun", flush=True)
time.sleep(600)
"""


def test_a_process_that_is_killed_has_ended_and_one_that_lives_has_not(tmp_path):
    here = Lives(tmp_path / "run")
    here.begin("here")
    holder = subprocess.Popen([sys.executable, "-c", HOLDS, tmp_path / "run"], stdout=-1)  # noqa: S603  # our own interpreter and words
    with holder:
        holder.stdout.readline()
        lives = here.has_ended("other")
        holder.send_signal(signal.SIGKILL)
        holder.wait(30)

    assert (lives, here.has_ended("other")) == (False, True)
    assert Lives(tmp_path / "run").has_ended("here") is False


def test_of_a_process_elsewhere_nothing_is_known(tmp_path):
    assert Lives(tmp_path / "run").has_ended("elsewhere") is False


def test_who_takes_leave_leaves_nothing_and_what_was_killed_long_ago_is_cleared_away(tmp_path):
    killed, long_ago = tmp_path / "life-killed", tmp_path / "life-ago"
    killed.touch()
    long_ago.touch()
    os.utime(long_ago, (1.0, 1.0))

    lives = Lives(tmp_path)
    lives.begin("mine")
    held = {file.name for file in tmp_path.iterdir()}
    lives.end()

    assert held == {"life-killed", "life-mine"}
    assert [file.name for file in tmp_path.iterdir()] == ["life-killed"]
