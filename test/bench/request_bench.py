#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a request costs: user-space instructions of httpd beyond the same httpd without us.

    OIDC_MODULE_DIR=BUILD/.libs [OIDC_PEER=FILE.so] python3 test/bench/request_bench.py [ROW ...]

Each row is one httpd (prefork, -X) under callgrind that answers N and then, started anew, 2N requests;
the difference over N is the cost of one. OIDC_PEER names another module that takes the same
configuration (mod_auth_openidc.so, unpacked, not installed); its rows stand beside ours.
A session has 42 claims, a group array of 20 among them, passed on as headers and environment.
"""
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))

from harness.backend import Backend  # noqa: E402
from harness.client import Browser  # noqa: E402
from harness.op import Op as Providers  # noqa: E402
from harness.procs import spawn, stop, wait_port  # noqa: E402
from harness.server import HTTPD, Httpd  # noqa: E402
from harness.site import Site  # noqa: E402

N = int(os.environ.get("OIDC_BENCH_N", "150"))
CLAIMS = dict([("claim_%02d" % i, "value number %d of some length" % i) for i in range(37)],
              groups=["group-%02d" % i for i in range(20)])
REQUIRE = "Require claim groups:group-07"

ROWS = {
    "bare": ("", "", False),
    "basic": ("basic", "", True),
    "shm": ("oidc", "", True),
    "cookie": ("oidc", "OIDCSessionType client-cookie", True),
    "redirect": ("oidc", "", False),
}


class Counted(Httpd):
    """The server as one process under callgrind."""

    def start(self):
        self.configure()
        with open(self.path("logs/stderr.log"), "ab") as err:
            self.proc = spawn(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", HTTPD,
                               "-d", self.root, "-f", "conf/httpd.conf", "-X"],
                              stdout=err, stderr=err, env=self._env())
        if not wait_port(self.port, self.proc, 120):
            raise SystemExit("httpd did not start:\n" + self.stderr() + self.log.text())
        return self

    def collected(self):
        stop(self.proc)
        found = re.findall(r"Collected : (\d+)", self.stderr())
        if not found:
            raise SystemExit("callgrind said nothing:\n" + self.stderr()[-2000:])
        return int(found[-1])


def place(kind, root):
    guard = {"": "", "oidc": "AuthType openid-connect\n" + REQUIRE,
             "basic": "AuthType Basic\nAuthName x\nAuthUserFile %s/conf/users\nRequire valid-user" % root}[kind]
    return "<Location /p/>\n%s\n</Location>" % guard


def run(row, requests, providers, backend, peer):
    kind, conf, signed_in = ROWS[row]
    issuer = providers.issuer("bench-%s-%d-%d" % (row, requests, bool(peer)))
    issuer.extra_userinfo = CLAIMS
    site = Site("localhost", issuer, backend, conf, places="")

    def body(httpd):
        site.places = place(kind, httpd.root)
        text = site.vhost(httpd)
        if kind != "oidc":
            text = re.sub(r"(?m)^ *OIDC.*\n", "", text)
            text = re.sub(r"(?s)<Location /oidc/>.*?</Location>", "", text, count=1)
        return ("LoadModule auth_openidc_module %s\n" % peer if peer else "") + text
    httpd = Counted(body, mpm="prefork", rp=kind == "oidc" and not peer, level="warn")
    httpd.write("conf/users", subprocess.run(["htpasswd", "-nbs", "alice", "secret"], capture_output=True,
                                             text=True).stdout)
    os.makedirs(httpd.path("htdocs/p"))
    httpd.write("htdocs/p/page.html", "<p>hello</p>\n")
    try:
        httpd.start()
        browser = Browser(timeout=120)
        if kind == "basic":
            browser.credentials[httpd.url("/p/")] = ("alice", "secret")
        url = httpd.url("/p/page.html")
        if kind == "oidc" and signed_in:
            answer = browser.follow(browser.get(url))
            assert answer.status == 200, (row, answer.status, answer.text[:500], httpd.log.text()[-2000:])
        want = 200 if kind != "oidc" or signed_in else 302
        for _ in range(requests):
            answer = browser.get(url)
            assert answer.status == want, (row, answer.status, httpd.log.text()[-2000:])
            if not signed_in:
                browser.jar.clear()
        return httpd.collected()
    finally:
        httpd.destroy()


def cost(row, providers, backend, peer=None):
    one = run(row, N, providers, backend, peer)
    two = run(row, 2 * N, providers, backend, peer)
    return (two - one) // N


def main():
    rows = sys.argv[1:] or [r for r in ROWS if r != "bare"]
    peer = os.environ.get("OIDC_PEER")
    providers, backend = Providers(), Backend()
    started = time.time()
    bare = cost("bare", providers, backend)
    print("bare httpd: %d instructions per request" % bare, flush=True)
    print("%-10s %12s %12s %8s   (beyond bare)" % ("row", "ours", "peer", "ratio"))
    for row in rows:
        ours = cost(row, providers, backend) - bare
        theirs = cost(row, providers, backend, peer) - bare if peer and row != "basic" else None
        print("%-10s %12d %12s %8s" % (row, ours, theirs if theirs is not None else "-",
                                       "%.1f" % (theirs / ours) if theirs else "-"), flush=True)
    print("%d requests a row, %.0f s" % (N, time.time() - started))
    providers.close()
    backend.close()


if __name__ == "__main__":
    main()
