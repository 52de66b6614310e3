# SPDX-License-Identifier: Apache-2.0
"""Each MPM, each alone: logins to every kind of application, in parallel, over restarts."""
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import server
from harness.backend import MARK
from harness.client import Browser
from harness.faults import suffix
from harness.procs import wait_for
from harness.server import Httpd
from harness.site import Site


@pytest.fixture(scope="module", params=["event", "worker", "prefork"])
def site(request, op, backend):
    mpm = request.param
    site = Site("localhost", op.issuer("mpm-" + mpm), backend)

    def body(httpd):
        os.makedirs(httpd.path("htdocs/static"), exist_ok=True)
        httpd.write("htdocs/static/f.txt", MARK)
        return site.vhost(httpd)
    httpd = Httpd(body, mpm=mpm).start()
    yield site
    httpd.destroy()


@pytest.mark.parametrize("path", ["/app/x", "/cgi/env.cgi", "/static/f.txt"])
def test_login(site, browser, path):
    _, page = site.login(browser, path)
    assert MARK in page.text


def test_refusal(site, browser):
    site.issuer.fault = {"claims": suffix("nonce")}
    mark = site.mark()
    answer = site.attempt(browser)
    site.issuer.fault = {}
    mark.denied(browser, answer, "TOKEN_NONCE", token=1)


def test_parallel_logins(site):
    def whole(_):
        browser, page = site.login(Browser())
        return all(browser.get(site.url("/cgi/env.cgi")).status == 200 for _ in range(3))
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(whole, range(24)))


def test_graceful_restarts_under_load(site):
    """Sessions and logins through restarts: nobody is logged out, nothing fails."""
    member = Browser()
    site.login(member)
    stop = time.monotonic() + 3
    bad = []

    def busy(_):
        while time.monotonic() < stop:
            answer = member.clone().get(site.url("/app/x"))
            if answer.status != 200:
                bad.append(answer.status)
            site.login(Browser())
    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(busy, i) for i in range(3)]
        for _ in range(3):
            time.sleep(0.6)
            site.httpd.graceful()
        for one in running:
            one.result()
    assert bad == []
    assert member.get(site.url("/app/x")).status == 200


def test_n145_killed_child_harms_nobody(site):
    """SIGKILL of a child: the sessions are there, the store answers at once."""
    member = Browser()
    site.login(member)
    site.httpd.expect("exit signal Killed", "AH00051", "AH00052", "cgid")
    for _ in range(3):
        kill_a_child(site.httpd)
        answer = wait_for(lambda: quiet_get(member, site.url("/app/x")), 5)
        assert answer and answer.status == 200
        assert answer.seconds < 1.5
    site.login(Browser())
    server_log_without_kills(site)


def kill_a_child(httpd):
    for pid in reversed(httpd.children()):
        try:
            os.kill(pid, signal.SIGKILL)
            return
        except ProcessLookupError:      # of the last generation, just gone by itself
            continue
    raise AssertionError("no child to kill")


def quiet_get(browser, url):
    try:
        return browser.get(url)
    except OSError:
        return None


def server_log_without_kills(site):
    """The kills of this test are not crashes: take them out of the fence."""
    time.sleep(1.2)
    text = site.httpd.log.text(site.httpd.seen)
    others = [x for x in server.logs.crashes(text) if "Killed (9)" not in x]
    assert others == []
    site.httpd.seen = site.httpd.log.mark()


@pytest.mark.long
@pytest.mark.timeout(300)
def test_n262_many_graceful_restarts(site):
    """Fifty restarts while logins are in flight: no session lost, no login failed, nothing grows."""
    member = Browser()
    site.login(member)
    done, bad = [False], []

    def busy(_):
        while not done[0]:
            try:
                site.login(Browser())
            except AssertionError as e:
                bad.append(str(e)[:300])
            answer = member.clone().get(site.url("/app/x"))
            if answer.status != 200:
                bad.append(answer.status)
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(busy, i) for i in range(2)]
        fds = []
        for i in range(50):
            site.httpd.graceful()
            fds.append(len(os.listdir("/proc/%d/fd" % site.httpd.proc.pid)))
        done[0] = True
        for one in running:
            one.result()
    assert bad == []
    assert fds[-1] <= fds[5] + 2, "descriptors of the parent grow: %s" % fds
    assert member.get(site.url("/app/x")).status == 200
