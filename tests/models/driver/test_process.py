# SPDX-License-Identifier: GPL-2.0-or-later
"""Starting and ending the driver; what ends it by itself is in ``test_worker``."""

from pathlib import Path

import pytest

from models.driver.process import DriverProcess, WorkerError


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_driver_that_does_not_start_is_an_error_not_a_finding(tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    with DriverProcess(absent, 0) as driver, pytest.raises(WorkerError, match="cannot start"):
        driver.go()
    broken = program(tmp_path / "program", "echo out of order >&2\nexit 3")
    with DriverProcess(broken, 0) as driver, pytest.raises(WorkerError, match="out of order"):
        driver.go()


def test_how_it_ended_is_told_once_and_another_is_started(tmp_path: Path) -> None:
    path = program(tmp_path / "program", "echo; read -r one; exit 7")
    with DriverProcess(path, 0) as driver:
        for _ in range(2):
            driver.go()
            assert driver.process is not None and driver.process.stdin is not None
            assert driver.ended() is None
            driver.process.stdin.write(b"\n")
            assert not driver.answers(10)
            assert driver.ended() == (False, "exit status 7")
            assert driver.process is None


def test_what_a_busy_machine_does_not_let_run_does_not_wait(tmp_path: Path) -> None:
    blocked = program(tmp_path / "blocked", "echo; exec sleep 60")
    with DriverProcess(blocked, 0) as driver:
        driver.go()
        while not driver.waits():
            pass
    running = program(tmp_path / "running", "echo; while :; do :; done")
    with DriverProcess(running, 0) as driver:
        driver.go()
        assert not all(driver.waits() for _ in range(1000))
