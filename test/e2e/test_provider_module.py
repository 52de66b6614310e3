# SPDX-License-Identifier: Apache-2.0
"""Our provider, spoken to by hand: what it hands out, and what it refuses (group R)."""
import base64
import hashlib
import json
import os
import re
import stat
import time
from urllib.parse import quote, urlencode

import pytest

from harness import jose
from harness.client import Browser, raw_exchange
from harness.counterparts import NAME, USERS
from harness.op import query_of
from harness.server import MODULE_ID, Httpd

pytestmark = pytest.mark.skipif(MODULE_ID != "oidc_module", reason="needs our provider")
CB = "http://127.0.0.1:1/cb"
BYE = "http://127.0.0.1:1/bye"
VERIFIER = "v" * 43
CHALLENGE = jose.s256(VERIFIER)


class Client:
    """A relying party by hand."""

    def __init__(self, httpd, client_id="basic", secret="CANARY-op-secret", auth="basic", user="alice"):
        self.httpd, self.client_id, self.secret, self.auth = httpd, client_id, secret, auth
        self.browser = Browser()
        self.base = httpd.url("/op", "127.0.0.1")
        if user:
            self.browser.credentials = {self.base + "/authorize": (user, "wonderland")}

    def authorize(self, drop=(), method="GET", **changes):
        params = {"response_type": "code", "client_id": self.client_id, "redirect_uri": CB,
                  "scope": "openid profile email", "state": "st", "nonce": "no",
                  "code_challenge": CHALLENGE, "code_challenge_method": "S256", **changes}
        params = {k: v for k, v in params.items() if k not in drop}
        if method == "POST":
            return self.browser.post(self.base + "/authorize", params)
        return self.browser.get(self.base + "/authorize?" + urlencode(params))

    def code(self, **changes):
        answer = self.authorize(**changes)
        assert answer.status in (302, 303), (answer.status, answer.text[:300])
        return query_of(answer.location)["code"]

    def token(self, code, drop=(), headers=None, **changes):
        params = {"grant_type": "authorization_code", "code": code, "redirect_uri": CB,
                  "code_verifier": VERIFIER}
        given = []
        if self.auth == "basic":
            pair = "%s:%s" % (quote(self.client_id), quote(self.secret))
            given = [("Authorization", "Basic " + base64.b64encode(pair.encode()).decode())]
        elif self.auth == "post":
            params.update(client_id=self.client_id, client_secret=self.secret)
        else:
            params.update(client_id=self.client_id)
        params.update(changes)
        params = {k: v for k, v in params.items() if k not in drop}
        return Browser().request("POST", self.base + "/token", body=params, plain=True,
                                 headers=given if headers is None else headers)

    def tokens(self, **changes):
        answer = self.token(self.code(**changes))
        assert answer.status == 200, answer.text
        return answer.json

    def userinfo(self, token):
        return Browser().get(self.base + "/userinfo", plain=True, headers=[("Authorization", "Bearer " + token)])


@pytest.fixture(scope="module")
def httpd():
    def body(httpd):
        users = httpd.write("conf/users.json", json.dumps(USERS, ensure_ascii=False))
        digest = base64.b64encode(hashlib.sha1(b"wonderland").digest()).decode()
        hashes = httpd.write("conf/passwords", "alice:{SHA}%s\nbob:{SHA}%s\n" % (digest, digest))
        return f"""
OIDCOPIssuer http://127.0.0.1:{httpd.port}/op
OIDCOPKeysDir {httpd.path("data")}
OIDCOPClaimsFile {users}
OIDCOPClaim email_from_expression "%{{REMOTE_USER}}@httpd" scope=email
OIDCOPClient basic secret=CANARY-op-secret auth=client_secret_basic redirect_uri={CB} post_logout_redirect_uri={BYE}
OIDCOPClient post secret=CANARY-op-secret2 auth=client_secret_post redirect_uri={CB} redirect_uri={CB}/two
OIDCOPClient public auth=none redirect_uri={CB}
OIDCOPClient narrow secret=CANARY-op-secret auth=client_secret_basic redirect_uri={CB} scope=openid
OIDCOPClient quoted secret="CANARY op secret" auth=client_secret_post redirect_uri={CB} scope="openid profile"
OIDCOPClient other secret=CANARY-op-secret auth=client_secret_basic redirect_uri=https://other.example/cb
<Location /op/authorize>
  AuthType Basic
  AuthName op
  AuthBasicProvider file
  AuthUserFile {hashes}
  Require valid-user
</Location>
"""
    server = Httpd(body, rp=False, provider=True).start()
    yield server
    server.destroy()


@pytest.fixture
def client(httpd):
    return Client(httpd)


def test_discovery(client):
    answer = Browser().get(client.base + "/.well-known/openid-configuration")
    assert answer.status == 200 and answer.header("content-type").startswith("application/json")
    doc = answer.json
    assert doc["issuer"] == client.base
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri",
                 "end_session_endpoint"):
        assert doc[name].startswith(client.base + "/")
    assert doc["response_types_supported"] == ["code"]
    assert doc["code_challenge_methods_supported"] == ["S256"]
    assert "none" not in doc["id_token_signing_alg_values_supported"]
    assert doc["authorization_response_iss_parameter_supported"] is True


def test_n291_jwks_and_key_files(httpd, client):
    doc = Browser().get(client.base + "/jwks").json
    assert doc["keys"]
    for key in doc["keys"]:
        assert not set(key) & {"d", "p", "q", "dp", "dq", "qi", "k", "oth"}
        assert key["kid"] and key["use"] == "sig"
    files = [os.path.join(d, f) for d, _, fs in os.walk(httpd.path("data")) for f in fs]
    assert files
    for name in files:
        assert stat.S_IMODE(os.stat(name).st_mode) & 0o077 == 0, name


@pytest.mark.parametrize("kind", ["basic", "post", "public"])
def test_honest_flow(httpd, kind):
    """N292: what is in the tokens."""
    who = Client(httpd, kind, {"post": "CANARY-op-secret2"}.get(kind, "CANARY-op-secret"),
                 {"public": "none"}.get(kind, kind))
    answer = who.authorize()
    back = query_of(answer.location)
    assert back["state"] == "st" and back["iss"] == who.base
    doc = who.token(back["code"]).json
    assert doc["token_type"].lower() == "bearer" and doc["expires_in"] > 0
    head, claims = jose.decode(doc["id_token"])
    assert claims["iss"] == who.base and claims["aud"] in (kind, [kind])
    assert claims["sub"] == "alice" and claims["nonce"] == "no"
    assert 0 < claims["exp"] - time.time() <= 3700 and abs(claims["iat"] - time.time()) < 10
    assert claims["at_hash"] == jose.half_hash(doc["access_token"], head["alg"][2:]) \
        if head["alg"] != "EdDSA" else True
    info = who.userinfo(doc["access_token"])
    assert info.status == 200 and info.header("content-type").startswith("application/json")
    assert info.json["sub"] == "alice" and info.json["name"] == NAME
    assert info.json["groups"] == ["admin", "staff"]
    assert info.json["email_from_expression"] == "alice@httpd"


def test_scopes_choose_claims(client):
    info = client.userinfo(client.tokens(scope="openid")["access_token"]).json
    assert set(info) == {"sub"}
    info = client.userinfo(client.tokens(scope="openid email")["access_token"]).json
    assert info["email"] == "alice@example.com" and "name" not in info


def test_quoted_values_of_a_client(httpd):
    """key="value with spaces", as everywhere in httpd's configuration."""
    who = Client(httpd, "quoted", "CANARY op secret", "post")
    assert who.token(who.code(scope="openid profile")).status == 200


def test_scopes_beyond_the_client_s(httpd):
    """What a client may not ask for is refused or left out, never handed out."""
    who = Client(httpd, "narrow")
    answer = who.authorize(scope="openid profile email")
    back = query_of(answer.location)
    if "error" in back:
        assert back["error"] == "invalid_scope"
    else:
        assert set(who.userinfo(who.token(back["code"]).json["access_token"]).json) == {"sub"}
    httpd.expect("OIDC-OP_SCOPE")


def test_form_post_answer_is_escaped(client):
    """N297"""
    answer = client.authorize(response_mode="form_post", state='"><script>alert(1)</script>')
    assert answer.status == 200 and "<script>alert" not in answer.text
    from harness.op import form_of
    action, fields = form_of(answer.text)
    assert action == CB and dict(fields)["state"] == '"><script>alert(1)</script>'
    assert "no-store" in answer.header("cache-control")


NO_REDIRECT = {
    "unknown_client": dict(client_id="nobody"), "no_client": dict(drop=("client_id",)),
    "no_redirect_uri": dict(drop=("redirect_uri",)), "foreign": dict(redirect_uri="https://evil.test/"),
    "longer": dict(redirect_uri=CB + "/x"), "query": dict(redirect_uri=CB + "?x=1"),
    "case": dict(redirect_uri=CB.replace("/cb", "/CB")), "slash": dict(redirect_uri=CB + "/"),
    "fragment": dict(redirect_uri=CB + "#x"), "userinfo": dict(redirect_uri="http://127.0.0.1:1@evil.test/cb"),
    "other_scheme": dict(redirect_uri=CB.replace("http", "https")), "of_other_client": dict(redirect_uri="https://other.example/cb"),
    "dots": dict(redirect_uri="http://127.0.0.1:1/x/../cb"), "javascript": dict(redirect_uri="javascript:alert(1)"),
    "n281_bad_type_first": dict(redirect_uri="https://evil.test/", response_type="token"),
    "n281_bad_scope_first": dict(redirect_uri="https://evil.test/", scope="x"),
}


@pytest.mark.parametrize("case", NO_REDIRECT)
def test_n281_no_redirect(client, case):
    answer = client.authorize(**NO_REDIRECT[case])
    assert answer.status in (400, 403) and answer.header("location") is None
    assert "<script" not in answer.text
    client.httpd.expect("OIDC-OP_", "OIDC-")


ERRORS = {
    "type_token": (dict(response_type="token"), "unsupported_response_type"),
    "type_hybrid": (dict(response_type="code id_token"), "unsupported_response_type"),
    "no_type": (dict(drop=("response_type",)), "invalid_request|unsupported_response_type"),
    "no_openid": (dict(scope="profile"), "invalid_scope"), "no_scope": (dict(drop=("scope",)), "invalid_scope"),
    "n284_plain": (dict(code_challenge_method="plain"), "invalid_request"),
    "n284_no_method": (dict(drop=("code_challenge_method",)), "invalid_request"),
    "n284_short_challenge": (dict(code_challenge="abc"), "invalid_request"),
    "n284_bad_challenge": (dict(code_challenge="!" * 43), "invalid_request"),
    "request_object": (dict(request="eyJ.a.b"), "request_not_supported"),
    "request_uri": (dict(request_uri="https://evil.test/"), "request_uri_not_supported|request_not_supported"),
    "bad_mode": (dict(response_mode="web_message"), "invalid_request"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_n282_errors_go_to_the_registered_address(client, case):
    changes, error = ERRORS[case]
    answer = client.authorize(**changes)
    assert answer.status in (302, 303), (answer.status, answer.text[:200])
    assert answer.location.startswith(CB + "?")
    back = query_of(answer.location)
    assert re.fullmatch(error, back["error"]), back
    assert back["state"] == "st" and back["iss"] == client.base and "code" not in back
    client.httpd.expect("OIDC-OP_")


def test_public_clients_need_pkce(httpd):
    who = Client(httpd, "public", "", "none")
    back = query_of(who.authorize(drop=("code_challenge", "code_challenge_method")).location)
    assert back["error"] == "invalid_request"
    httpd.expect("OIDC-OP_")


def refused(answer, error="invalid_grant", status=400):
    assert answer.status == status, (answer.status, answer.text)
    assert answer.json["error"] == error
    assert "no-store" in answer.header("cache-control")
    assert "CANARY" not in answer.text and "id_token" not in answer.text


def test_n283_code_used_twice(client):
    code = client.code()
    doc = client.token(code).json
    assert client.userinfo(doc["access_token"]).status == 200
    refused(client.token(code))
    assert client.userinfo(doc["access_token"]).status == 401, "the tokens of a code used twice live on"
    client.httpd.expect("OIDC-OP_")


def test_n283_n284_wrong_code_requests(httpd, client):
    refused(client.token("nonsense"))
    refused(client.token(client.code(), redirect_uri=CB + "/two"))
    refused(client.token(client.code(), code_verifier="w" * 43))
    refused(Client(httpd, "post", "CANARY-op-secret2", "post").token(client.code()))
    refused(client.token(client.code(drop=("code_challenge", "code_challenge_method"))))   # downgrade
    for drop, error in ((("code_verifier",), "invalid_grant|invalid_request"), (("code",), "invalid_request|invalid_grant"),
                        (("grant_type",), "invalid_request|unsupported_grant_type"),
                        (("redirect_uri",), "invalid_grant|invalid_request")):
        answer = client.token(client.code(), drop=drop)
        assert answer.status == 400 and re.fullmatch(error, answer.json["error"]), (drop, answer.text)
    refused(client.token(client.code(), grant_type="password"), "unsupported_grant_type")
    httpd.expect("OIDC-OP_", "OIDC-")


def basic(pair):
    return [("Authorization", "Basic " + base64.b64encode(pair.encode()).decode())]


BAD_CREDENTIALS = {
    "wrong_secret": basic("basic:wrong"), "no_secret": basic("basic:"), "no_colon": basic("basic"),
    "unknown": basic("nobody:CANARY-op-secret"), "none": [], "garbage": [("Authorization", "Basic %%%")],
    "bearer": [("Authorization", "Bearer x")], "longer": basic("basic:CANARY-op-secretx"),
    "prefix": basic("basic:CANARY-op-secre"), "other_client": basic("post:CANARY-op-secret2"),
}


@pytest.mark.parametrize("case", BAD_CREDENTIALS)
def test_client_authentication(client, case):
    answer = client.token(client.code(), headers=BAD_CREDENTIALS[case])
    assert answer.status in (400, 401) and answer.json["error"] in ("invalid_client", "invalid_request", "invalid_grant")
    if case == "wrong_secret":
        assert answer.status == 401 and answer.header("www-authenticate", "").startswith("Basic")
    client.httpd.expect("OIDC-OP_", "OIDC-")


def test_other_method_than_registered(httpd, client):
    """client_secret_basic was registered: the secret in the body is refused, and both at once."""
    who = Client(httpd, auth="post")
    refused(who.token(client.code()), "invalid_client", 401)
    answer = client.token(client.code(), client_id="basic", client_secret="CANARY-op-secret")
    assert answer.status in (400, 401)
    httpd.expect("OIDC-OP_", "OIDC-")


@pytest.mark.parametrize("token", ["", "x", "A" * 5000, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.", "..", "%00"])
def test_n293_userinfo_tokens(client, token):
    answer = client.userinfo(token)
    assert answer.status in (400, 401)
    assert "Bearer" in answer.header("www-authenticate", "")
    client.httpd.expect("OIDC-OP_TOKEN", "OIDC-")


def test_n293_codes_and_id_tokens_are_no_access_tokens(client):
    code = client.code()
    assert client.userinfo(code).status == 401
    doc = client.token(code).json
    assert client.userinfo(doc["id_token"]).status == 401
    answer = Browser().get(client.base + "/userinfo?access_token=" + doc["access_token"], plain=True)
    assert answer.status in (400, 401), "a token in the query"
    assert Browser().get(client.base + "/userinfo", plain=True).status == 401
    client.httpd.expect("OIDC-OP_TOKEN", "OIDC-")


def test_n294_no_store(client):
    answer = client.token(client.code())
    assert "no-store" in answer.header("cache-control")
    assert "no-store" in client.userinfo(answer.json["access_token"]).header("cache-control", "")


def test_n289_prompt(httpd, client):
    """Nobody is signed in by httpd without credentials: its own challenge; prompt=none is answered."""
    assert Client(httpd, user=None).authorize().status == 401
    assert "code" in query_of(client.authorize(prompt="none").location)
    httpd.expect("AH0161", "OIDC-")


def test_n292_issuer_never_from_host(client):
    got = raw_exchange(client.httpd.port, b"GET /op/.well-known/openid-configuration HTTP/1.1\r\n"
                       b"Host: evil.test\r\nConnection: close\r\n\r\n")
    assert b"evil" not in got.split(b"\r\n\r\n", 1)[1]


@pytest.mark.parametrize("body", ["grant_type=authorization_code&code=a&code=b", "grant_type=a&grant_type=b",
                                  "code=%00", "=&=&=", "%", "code=" + "x" * 1100000, "\xff\xfe", ""], ids=lambda b: b[:30])
def test_n296_bodies_at_the_token_endpoint(client, body):
    answer = Browser().request("POST", client.base + "/token", body=body.encode("latin-1"), plain=True,
                               headers=basic("basic:CANARY-op-secret") +
                               [("Content-Type", "application/x-www-form-urlencoded")])
    assert 400 <= answer.status < 500 and "access_token" not in answer.text
    client.httpd.expect("OIDC-")


@pytest.mark.parametrize("query", ["client_id=basic&client_id=other", "redirect_uri=a&redirect_uri=b", "%00", "&&&", "x" * 7000,
                                   "client_id=%ff", "state=%0d%0aX:y"])
def test_n296_queries_at_the_authorization_endpoint(client, query):
    answer = client.browser.get(client.base + "/authorize?" + query)
    assert answer.status in (400, 403, 414) and answer.header("location") is None
    client.httpd.expect("OIDC-")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_methods_of_the_token_endpoint(client, method):
    answer = Browser().request(method, client.base + "/token", plain=True)
    assert answer.status in (200, 204, 400, 405) and "access_token" not in answer.text
    if method == "GET":
        assert answer.status in (400, 405)
    client.httpd.expect("OIDC-")


def test_authorization_by_post(client):
    answer = client.authorize(method="POST")
    assert answer.status in (302, 303) and "code" in query_of(answer.location)


def test_end_session(client):
    hint = client.tokens()["id_token"]
    answer = client.browser.get(client.base + "/end_session?" + urlencode(
        {"id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": "a&b"}))
    assert answer.status in (200, 302, 303)
    if answer.status != 200:
        assert answer.location == BYE + "?state=a%26b"


@pytest.mark.parametrize("params", [
    {"post_logout_redirect_uri": "https://evil.test/"}, {"post_logout_redirect_uri": BYE + "/x", "client_id": "basic"},
    {"id_token_hint": "x.y.z", "post_logout_redirect_uri": BYE}, {"id_token_hint": "", "post_logout_redirect_uri": "//evil.test"},
    {"client_id": "post", "post_logout_redirect_uri": BYE}, {"post_logout_redirect_uri": "javascript:alert(1)"}], ids=str)
def test_end_session_goes_nowhere_else(client, params):
    answer = client.browser.get(client.base + "/end_session?" + urlencode(params))
    assert answer.header("location") is None
    assert answer.status in (200, 400)
    client.httpd.expect("OIDC-OP_LOGOUT", "OIDC-")


def test_no_secret_in_the_log(client):
    doc = client.tokens()
    client.token(client.code(), headers=basic("basic:CANARY-wrong"))
    text = client.httpd.log.text()
    for secret in ("CANARY", doc["access_token"], doc["id_token"]):
        assert secret not in text
    client.httpd.expect("OIDC-OP_")


def test_tokens_and_keys_live_through_restarts(httpd, client):
    doc = client.tokens()
    code = client.code()
    before = Browser().get(client.base + "/jwks").json
    httpd.graceful()
    assert Browser().get(client.base + "/jwks").json == before
    assert client.userinfo(doc["access_token"]).status == 200
    assert client.token(code).status == 200


CONFIG = {
    "public_with_secret": "OIDCOPClient x auth=none secret=s redirect_uri=http://a/",
    "no_secret": "OIDCOPClient x auth=client_secret_basic redirect_uri=http://a/",
    "no_redirect_uri": "OIDCOPClient x secret=s", "bad_auth": "OIDCOPClient x secret=s auth=basic redirect_uri=http://a/",
    "fragment": "OIDCOPClient x secret=s redirect_uri=http://a/#f", "twice": "OIDCOPClient x secret=s redirect_uri=http://a/\n"
    "OIDCOPClient x secret=s redirect_uri=http://a/", "unknown_key": "OIDCOPClient x secret=s redirct_uri=http://a/",
    "wildcard": "OIDCOPClient x secret=s redirect_uri=http://*.example/cb",
    "no_such_file": "OIDCOPClaimsFile /nonexistent", "bad_expression": 'OIDCOPClaim x "%{REMOTE_USER"',
}


@pytest.mark.parametrize("case", CONFIG)
def test_configuration_errors(case):
    server = Httpd(lambda self: "OIDCOPIssuer http://127.0.0.1:%d/op\nOIDCOPKeysDir %s\n%s\n" % (
        self.port, self.path("data"), CONFIG[case]), rp=False, provider=True)
    try:
        status, output = server.test_config()
        assert status != 0, "was accepted"
        assert re.search(r"OIDCOP(Client|Claim|ClaimsFile)", output + server.log.text())
    finally:
        server.destroy()
