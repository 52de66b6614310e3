# SPDX-License-Identifier: Apache-2.0
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from harness import server  # noqa: E402
from harness.backend import Backend  # noqa: E402
from harness.client import Browser  # noqa: E402
from harness.op import Op  # noqa: E402
from harness.server import Httpd  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="also the tests marked long")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--all"):
        return
    items[:] = [i for i in items if "long" not in i.keywords]


def pytest_sessionfinish():
    for httpd in list(server.LIVING):
        httpd.destroy()


@pytest.fixture(scope="session")
def op():
    provider = Op()
    yield provider
    provider.close()


@pytest.fixture(scope="session")
def backend():
    application = Backend()
    yield application
    application.close()


@pytest.fixture
def browser():
    return Browser()


@pytest.fixture(scope="module")
def serve():
    """serve(sites, **settings): an httpd with these sites, for the tests of one module."""
    started = []

    def start(sites, **settings):
        sites = sites if isinstance(sites, list) else [sites]
        tail = settings.pop("tail", "")
        httpd = Httpd(lambda self: "".join(s.vhost(self) for s in sites) + tail, **settings)
        started.append(httpd)
        httpd.sites = sites
        return httpd.start()

    yield start
    for httpd in started:
        httpd.destroy()


@pytest.fixture(autouse=True)
def fence(op):
    """Every server of the run must have a clean log after every test: no line that was not
    announced, no crash, no sanitizer report, and, at the finest log level, no secret."""
    yield
    bad, secrets = [], {secret for issuer in op.issuers.values() for secret in issuer.secrets()}
    for httpd in server.LIVING:
        bad += httpd.fence(secrets)
    if bad:
        pytest.fail("\n".join(bad), pytrace=False)
