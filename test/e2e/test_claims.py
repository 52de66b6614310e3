# SPDX-License-Identifier: Apache-2.0
"""What an application receives: variables and headers, names and encodings."""
import json

import pytest

from harness import jose
from harness.backend import headers_of
from harness.client import Browser
from harness.procs import wait_for
from harness.site import Site

NAME = "김하늘"
CLAIMS = {"name": NAME, "city": "Zürich", "smile": "🙂", "admin": True, "guest": False, "age": 42,
          "ratio": 1.5, "big": 12345678901234, "nothing": None, "groups": ["a", "b"],
          "mixed": ["x", True, 3, None, {"y": 1}], "empty": "", "empty_list": [],
          "nested": {"a": {"b": "c"}}, "http://example.com/role": "r", "with space": "s",
          "two_words": "t", "dotted.name": "d", "dash-name": "e"}


@pytest.fixture(scope="module")
def sites(serve, op, backend):
    conf = {
        "plain": "",
        "latin1": "OIDCPassClaimsAs both latin1",
        "base64url": "OIDCPassClaimsAs both base64url",
        "headers": "OIDCPassClaimsAs headers",
        "environment": "OIDCPassClaimsAs environment",
        "none": "OIDCPassClaimsAs none",
        "delimiter": "OIDCClaimDelimiter ;\nOIDCClaimPrefix APP_",
        "noprefix": 'OIDCClaimPrefix ""\nOIDCWhiteListedClaims name groups sub',
        "lists": "OIDCBlackListedClaims city\nOIDCWhiteListedClaims name city sub age",
        "payload": "OIDCPassIDTokenAs claims payload serialized\nOIDCPassUserInfoAs claims json",
        "jsonname": "OIDCPassUserInfoAs json:my_userinfo\nOIDCPassIDTokenAs off\n"
                    "OIDCPassAccessToken Off",
        "user": "OIDCRemoteUserClaim email\nOIDCAuthNHeader X-User",
        "issuer": "OIDCRemoteUserClaim sub@",
        "regex": "OIDCRemoteUserClaim email ^(.*)@(.*)$ $1_at_$2",
        "nomatch": "OIDCRemoteUserClaim email ^(.*)@elsewhere$ $1",
        "missing": "OIDCRemoteUserClaim no_such_claim",
        "post": "OIDCUserInfoTokenMethod post_param",
        "nouserinfo": 'OIDCProviderUserInfoEndpoint ""',
    }
    made = {}
    for name, text in conf.items():
        issuer = op.issuer("claims-" + name)
        issuer.extra_userinfo = dict(CLAIMS)
        override = {"OIDCRemoteUserClaim": None} if "RemoteUser" in text else {}
        made[name] = Site(name + ".localhost", issuer, backend, text, override=override)
    serve(list(made.values()))
    return made


def env_of(site, browser=None):
    _, page = site.login(browser or Browser(), "/cgi/env.cgi")
    return page.json["env"]


def headers_at(site, browser=None):
    _, page = site.login(browser or Browser())
    return headers_of(page)


def test_environment(sites):
    env = env_of(sites["plain"])
    assert env["REMOTE_USER"] == "user-subject-1234531"
    assert env["AUTH_TYPE"].lower() == "openid-connect"
    want = {"name": NAME, "city": "Zürich", "smile": "🙂", "admin": "1", "guest": "0", "age": "42",
            "ratio": "1.5", "big": "12345678901234", "groups": "a,b", "mixed": "x,1,3",
            "email": "user@example.com", "email_verified": "0", "sub": "user-subject-1234531",
            "nested": '{"a":{"b":"c"}}', "two_words": "t", "dotted_name": "d", "dash_name": "e",
            "http___example_com_role": "r", "with_space": "s"}      # httpd's own rule for CGI
    for name, value in want.items():
        assert env.get("OIDC_CLAIM_" + name) == value, name
    assert "OIDC_CLAIM_nothing" not in env
    assert "OIDC_access_token" in env and env["OIDC_access_token_type"] == "Bearer"
    assert "OIDC_refresh_token" not in env


def test_headers(sites):
    seen = headers_at(sites["plain"])
    assert seen["oidc_claim_name"] == [NAME]
    assert seen["oidc_claim_smile"] == ["🙂"]
    assert seen["oidc_claim_groups"] == ["a,b"]
    for name in ("dotted.name", "dash-name", "http---example.com-role", "with-space"):
        assert len(seen["oidc_claim_" + name]) == 1
    assert seen["oidc_claim_iss"] == [sites["plain"].issuer.url]
    assert len(seen["oidc_access_token"]) == 1


def test_latin1_when_asked_for(sites):
    _, page = sites["latin1"].login(Browser())
    got = {k: v for k, v in page.json["headers"]}
    assert got["OIDC_CLAIM_city"] == "Zürich"      # one byte per character
    assert got["OIDC_CLAIM_name"] == "???"
    assert got["OIDC_CLAIM_smile"] == "?"


def test_base64url_when_asked_for(sites):
    env = env_of(sites["base64url"])
    assert env["OIDC_CLAIM_name"] == jose.b64(NAME)
    assert env["OIDC_CLAIM_groups"] == jose.b64("a,b")


def test_pass_claims_as(sites):
    assert "oidc_claim_name" in headers_at(sites["headers"])
    assert "OIDC_CLAIM_name" not in env_of(sites["headers"])
    assert "oidc_claim_name" not in headers_at(sites["environment"])
    assert env_of(sites["environment"])["OIDC_CLAIM_name"] == NAME
    env = env_of(sites["none"])
    assert not [k for k in env if "OIDC_CLAIM" in k] and env["REMOTE_USER"]
    assert not [k for k in headers_at(sites["none"]) if k.startswith("oidc_claim")]


def test_delimiter_and_prefix(sites):
    env = env_of(sites["delimiter"])
    assert env["APP_groups"] == "a;b"
    assert not [k for k in env if k.startswith("OIDC_CLAIM_")]


def test_no_prefix(sites):
    env = env_of(sites["noprefix"])
    assert env["groups"] == "a,b" and env["name"] == NAME
    seen = headers_at(sites["noprefix"])
    assert seen["groups"] == ["a,b"]
    guest = Browser()
    sites["noprefix"].login(guest)
    answer = guest.get(sites["noprefix"].url("/app/x"), headers=[("Groups", "EVIL"), ("NAME", "EVIL")])
    assert "EVIL" not in answer.text


def test_lists(sites):
    env = env_of(sites["lists"])
    assert env["OIDC_CLAIM_name"] == NAME and env["OIDC_CLAIM_age"] == "42"
    for name in ("city", "email", "groups"):
        assert "OIDC_CLAIM_" + name not in env


def test_id_token_and_userinfo_as_text(sites):
    env = env_of(sites["payload"])
    payload = json.loads(env["OIDC_id_token_payload"])
    assert payload["iss"] == sites["payload"].issuer.url
    head, claims = jose.decode(env["OIDC_id_token"])
    assert claims == payload
    assert json.loads(env["OIDC_userinfo_json"])["name"] == NAME


def test_userinfo_under_another_name(sites):
    env = env_of(sites["jsonname"])
    assert json.loads(env["my_userinfo"])["name"] == NAME
    assert "OIDC_access_token" not in env
    assert "OIDC_CLAIM_nonce" not in env and "OIDC_CLAIM_name" not in env


def test_remote_user(sites):
    assert env_of(sites["user"])["REMOTE_USER"] == "user@example.com"
    assert headers_at(sites["user"])["x-user"] == ["user@example.com"]
    assert env_of(sites["issuer"])["REMOTE_USER"] == \
        "user-subject-1234531@" + sites["issuer"].issuer.url
    assert env_of(sites["regex"])["REMOTE_USER"] == "user_at_example.com"


@pytest.mark.parametrize("name", ["nomatch", "missing"])
def test_remote_user_that_cannot_be_told(sites, browser, name):
    site = sites[name]
    mark = site.mark()
    mark.denied(browser, site.attempt(browser), "REMOTE_USER", status=500, token=1, userinfo=1)


def test_userinfo_by_post(sites, browser):
    site = sites["post"]
    site.login(browser)
    call = [c.request for c in site.issuer.calls if c.endpoint == "userinfo"][0]
    assert call.method == "POST" and b"access_token=" in call.body
    assert call.header("authorization") is None
    assert "access_token" not in call.target


def test_userinfo_switched_off(sites, browser):
    site = sites["nouserinfo"]
    env = env_of(site, browser)
    assert site.issuer.count("userinfo") == 0
    assert "OIDC_CLAIM_email" not in env and env["OIDC_CLAIM_sub"]


def test_access_log_has_the_user(sites):
    """And anonymous requests after it on the same connection have none (N252)."""
    import http.client
    site, browser = sites["plain"], Browser()
    site.login(browser)
    conn = http.client.HTTPConnection("127.0.0.1", site.httpd.port)
    head = {"Host": "%s:%d" % (site.host, site.httpd.port), "Accept": "text/html"}
    conn.request("GET", "/app/n252-user", headers={**head, "Cookie": browser.cookie_header(site.url())})
    conn.getresponse().read()
    conn.request("GET", "/app/n252-none", headers=head)
    conn.getresponse().read()
    conn.request("GET", "/open/n252-open", headers=head)
    seen = conn.getresponse().read()
    conn.close()
    assert b"user-subject" not in seen
    words = ("n252-user", "n252-none", "n252-open")

    def logged():
        with open(site.httpd.path("logs/access.log")) as f:
            found = {w: line for line in f for w in words if w in line and line.endswith("\n")}
        return found if len(found) == len(words) else None
    lines = wait_for(logged)    # httpd writes the line behind the answer
    assert " user-subject-1234531 " in lines["n252-user"]
    assert " - \"" in lines["n252-none"] and " - \"" in lines["n252-open"]
