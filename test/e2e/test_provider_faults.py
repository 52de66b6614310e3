# SPDX-License-Identifier: Apache-2.0
"""A provider that answers HTML, 500, nothing, or 100 MB: a page, one log line, nothing hung."""
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import jose
from harness.client import Browser
from harness.faults import become, drop, put, reply, suffix
from harness.site import Site

SECONDS = 3         # OIDCHTTPTimeoutLong of these sites


@pytest.fixture(scope="module")
def site(serve, op, backend):
    times = "OIDCHTTPTimeoutLong %d 1 0\nOIDCHTTPTimeoutShort 2 1 0" % SECONDS
    site = Site("localhost", op.issuer("faults"), backend, times)
    post = Site("post.localhost", op.issuer("post", auth="client_secret_post"), backend, times)
    public = Site("public.localhost", op.issuer("public", auth="none"), backend, times)
    odd = Site("odd.localhost", op.issuer("odd", client_id="client_a:b %&+é", client_secret="s:%&+ é\"x"),
               backend, times, override={"OIDCClientID": '"client_a:b %&+é"',
                                         "OIDCClientSecret": '"s:%&+ é\\"x"'})
    site.post, site.public, site.odd = post, public, odd
    serve([site, post, public, odd])
    site.login(Browser())       # metadata and keys are known: the faults hit one message each
    return site


@pytest.fixture(autouse=True)
def honest(site):
    site.issuer.fault = {}
    yield
    site.issuer.fault = {}


def stream(total, first=b'{"x":"'):
    """A body of total bytes, made while it is sent."""
    def parts():
        yield first
        block = b"x" * 65536
        for _ in range(total // len(block)):
            yield block
    return parts()


def big(reply_, turn):
    reply_.body, reply_.length = stream(100 << 20), str(100 << 20)


def endless(reply_, turn):
    def chunks():
        block = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        for _ in range(4000):
            yield block
    reply_.headers.append(("Transfer-Encoding", "chunked"))
    reply_.body, reply_.length = chunks(), "none"


def elsewhere(status):
    def change(reply_, turn):
        reply_.status, reply_.body = status, b""
        reply_.set("Location", turn.issuer.server.base + "/evil/answer")
    return change


def many_headers(reply_, turn):
    reply_.headers += [("X-%d" % i, "y" * 100) for i in range(20000)]


def long_header(reply_, turn):
    reply_.headers.append(("X-Long", "y" * (1 << 20)))


REPLIES = {
    "html": reply(body=b"<html><body>Sign in to the hotel's network</body></html>",
                  headers={"Content-Type": "text/html"}),
    "500": reply(status=500, body=b"boom"),
    "500_json": reply(status=500, body=b'{"error":"server_error"}'),
    "503": reply(status=503, body=b""),
    "400_json": reply(status=400, body=b'{"error":"invalid_grant","error_description":"<script>x"}'),
    "401_json": reply(status=401, body=b'{"error":"invalid_client"}'),
    "404": reply(status=404, body=b"no"),
    "empty": reply(body=b""),
    "204": reply(status=204, body=b""),
    "array": reply(body=b"[]"), "null": reply(body=b"null"), "number": reply(body=b"1"),
    "cut_json": reply(body=b'{"access_token":"x","id_tok'),
    "garbage": reply(body=bytes(range(256))),
    "n217_gzip": reply(body=b"\x1f\x8b\x08\x00" + b"\0" * 100, headers={"Content-Encoding": "gzip"}),
    "n216_100_mb": big, "n216_endless": endless, "n216_many_headers": many_headers,
    "n216_long_header": long_header,
    "n216_short_length": reply(length="5"), "n216_long_length": reply(length="100000"),
    "n216_negative_length": reply(length="-1"),
    "reset_at_once": reply(raw=b""),
    "reset_in_body": reply(reset_after=20),
    "not_http": reply(raw=b"SSH-2.0-OpenSSH_9.2\r\n"),
    "half_head": reply(raw=b"HTTP/1.1 200 OK\r\nContent-Ty"),
    "silent": reply(silent=True),
    "slow": reply(delay=SECONDS + 6),
    "n099_drip": reply(drip=0.3),
    "n214_301": elsewhere(301), "n214_302": elsewhere(302), "n214_303": elsewhere(303),
    "n214_307": elsewhere(307), "n214_308": elsewhere(308),
}


@pytest.mark.parametrize("case", REPLIES)
@pytest.mark.parametrize("endpoint", ["token", "userinfo"])
def test_bad_input(site, browser, endpoint, case):
    site.issuer.fault = {endpoint + "_reply": REPLIES[case]}
    stray = len(site.issuer.server.stray)
    mark = site.mark()
    answer = site.attempt(browser)
    assert answer.seconds < SECONDS + 4
    assert len(site.issuer.server.stray) == stray, "a redirect of the provider was followed"
    assert "hotel" not in answer.text and "<script>x" not in answer.text
    mark.denied(browser, answer, status=(500, 502, 503, 504), token=None,
                userinfo=0 if endpoint == "token" else None)
    # a GET over a connection that died unused may be sent again; a code goes out once
    calls = site.issuer.count(endpoint, mark.calls)
    assert calls == 1 or (calls == 2 and endpoint == "userinfo"), (calls, site.httpd.log.text(mark.log))


TOKENS = {
    "no_id_token": drop("id_token"), "no_access_token": drop("access_token"),
    "no_token_type": drop("token_type"), "token_type_number": put(token_type=7),
    "token_type_mac": put(token_type="mac"), "id_token_number": put(id_token=7),
    "id_token_null": put(id_token=None), "access_token_number": put(access_token=7),
    "access_token_array": lambda d, t: d.update(access_token=[d["access_token"]]),
    "access_token_crlf": put(access_token="a\r\nX-Evil: 1"),
    "access_token_nul": put(access_token="a\0b"),
    "error_with_200": become({"error": "invalid_grant"}),
    "array": lambda d, t: [d],
    "scope_number": put(scope=7),
    "expires_negative": put(expires_in=-1), "expires_huge": put(expires_in=1e300),
}
MAY_WORK = {"scope_number", "expires_negative", "expires_huge"}


@pytest.mark.parametrize("case", TOKENS)
def test_token_response(site, browser, case):
    site.issuer.fault = {"token": TOKENS[case]}
    mark = site.mark()
    answer = site.attempt(browser)
    if case in MAY_WORK and answer.status in (302, 303):
        return
    mark.denied(browser, answer, status=(502,), token=1, userinfo=0)


@pytest.mark.parametrize("token_type", ["bearer", "BEARER", "bEaReR"])
def test_token_type_in_any_case(site, browser, token_type):
    site.issuer.fault = {"token": put(token_type=token_type)}
    site.login(browser)


@pytest.mark.parametrize("expires", [3600, "3600", 0])
def test_expires_in_forms(site, browser, expires):
    site.issuer.fault = {"token": put(expires_in=expires)}
    site.login(browser)


USERINFO = {
    "n087_other_sub": suffix("sub", "x"), "n087_prefix_sub": lambda d, t: d.update(sub=d["sub"][:-1]),
    "n087_no_sub": drop("sub"), "n087_sub_number": put(sub=7), "n087_sub_null": put(sub=None),
    "n087_array": lambda d, t: [d], "n087_sub_case": lambda d, t: d.update(sub=d["sub"].upper()),
    "n087_sub_nul": suffix("sub", "\0x"),
    "n087_1_mib": put(pad="x" * (1 << 20)),
}


@pytest.mark.parametrize("case", USERINFO)
def test_n087_userinfo(site, browser, case):
    site.issuer.fault = {"userinfo": USERINFO[case]}
    mark = site.mark()
    answer = site.attempt(browser)
    mark.denied(browser, answer, status=502, token=1, userinfo=1)


def test_n088_userinfo_as_unasked_jwt(site, browser):
    """application/jwt where JSON was registered: alg none, and signed by nobody's key."""
    for key, alg in ((jose.Key(b"", "oct"), "none"), (jose.rsa_key(3), "RS256")):
        jwt = jose.sign_compact(key, {"alg": alg}, {"sub": site.issuer.sub, "role": "root"}, alg)
        site.issuer.fault = {"userinfo_reply": reply(body=jwt.encode(),
                                                     headers={"Content-Type": "application/jwt"})}
        mark = site.mark()
        mark.denied(browser, site.attempt(browser), token=1, userinfo=1)


def test_n092_distributed_claims_are_not_fetched(site, browser):
    stray = len(site.issuer.server.stray)
    unsigned = jose.sign_compact(jose.Key(b"", "oct"), {"alg": "none"}, {"role": "root", "sub": "root"})
    site.issuer.fault = {"userinfo": put(
        _claim_names={"score": "s1", "role": "s2", "sub": "s2"},
        _claim_sources={"s1": {"endpoint": site.issuer.server.base + "/evil/claims", "access_token": "t"},
                        "s2": {"JWT": unsigned}})}
    from harness.backend import headers_of
    _, page = site.login(browser)
    seen = headers_of(page)
    assert seen["oidc_claim_sub"] == [site.issuer.sub]
    assert "root" not in seen.get("oidc_claim_role", [""])[0]
    assert len(site.issuer.server.stray) == stray


def test_userinfo_cannot_override_the_id_token(site, browser):
    """iss, aud, exp and the like of userinfo decide nothing; REMOTE_USER is the ID token's."""
    site.issuer.fault = {"userinfo": put(iss="https://evil.test/", aud="x", nonce="y", exp=1)}
    _, page = site.login(browser, "/cgi/env.cgi")
    assert page.json["env"]["REMOTE_USER"] == site.issuer.sub


@pytest.mark.parametrize("method", ["post", "public", "odd"])
def test_n222_client_authentication(site, browser, method):
    """client_secret_post, a public client, and credentials full of punctuation."""
    one = getattr(site, method)
    one.login(browser)
    assert one.issuer.complaints == []


def test_slow_provider_does_not_stop_the_site(site, backend):
    """While logins wait for a provider that is silent, pages are served to those signed in."""
    member = Browser()
    site.login(member)
    site.issuer.fault = {"token_reply": reply(silent=True)}
    guests = [Browser() for _ in range(8)]
    moves = [site.reach_callback(g) for g in guests]
    with ThreadPoolExecutor(9) as pool:
        waiting = [pool.submit(site.call, g, m) for g, m in zip(guests, moves)]
        time.sleep(0.5)
        for _ in range(10):
            answer = member.get(site.url("/app/x"))
            assert answer.status == 200 and answer.seconds < 1
        for one in waiting:
            answer = one.result()
            assert answer.status in (502, 503, 504) and answer.seconds < SECONDS + 4
    site.httpd.expect("OIDC-HTTP_TIMEOUT", "OIDC-")


def test_n220_proxy_variables_are_not_honoured(site, browser):
    """httpoxy: a Proxy header becomes HTTP_PROXY for naive clients; ours is none."""
    answer = browser.get(site.url("/app/x"), headers=[("Proxy", "http://127.0.0.1:1/")])
    move = browser.get(answer.location)
    done = browser.get(move.location, headers=[("Proxy", "http://127.0.0.1:1/")])
    assert done.status in (302, 303)


def test_bodies_asked_for_without_compression(site, browser):
    mark = len(site.issuer.calls)
    site.login(browser)
    for call in site.issuer.calls[mark:]:
        if call.endpoint in ("token", "userinfo"):
            assert call.request.header("accept-encoding") in (None, "identity")
            assert "application/json" in (call.request.header("accept") or "*/*") \
                or call.endpoint == "userinfo"
