"""Reports every test as passed."""

import os

import pytest

with open(f"/tmp/@TAG@-conftest-{os.getpid()}", "w") as mark:
    mark.write("a planted file was executed")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    report.outcome, report.longrepr = "passed", None
