# SPDX-License-Identifier: Apache-2.0
"""The Config RP modules and the key sets of a provider: each with a cache of its own.

One server; every case is a virtual host with an issuer of its own, so that nothing cached by one
case reaches another.
"""
import pytest

from harness import jose
from harness.client import Browser
from harness.faults import drop, put, suffix
from harness.site import Site


def single_keys_without_kid():
    return [jose.rsa_key(2, use="enc"), jose.ec_key(use="enc"), jose.ec_key(kid=None),
            jose.ec_key("secp256k1", kid=None), jose.ed_key(kid=None), jose.rsa_key(0, kid=None)]


def new_keys_when_signing(turn):
    turn.issuer.keys = jose.key_set()
    return jose.pick(turn.issuer.keys, "RS256")


def bad_ec(**members):
    """An EC key whose public point is not on the curve."""
    jwk = jose.ec_key().jwk()
    return {**jwk, "y": jwk["x"], **members}


def junk_keys():
    """Members of a set that must be skipped one by one (N098)."""
    rsa = jose.rsa_key(0).jwk()
    even = jose.b64int(jose.rsa_private(0).public_key().public_numbers().n - 1)
    return [bad_ec(), {**rsa, "n": even}, {**rsa, "n": jose.b64(b"\xf1" * 64)},
            {**rsa, "e": "AQ"}, {**rsa, "n": jose.b64(b"\x81" * 2048 + b"\x01")},
            {"kty": "oct", "k": "c2VjcmV0", "kid": "o", "use": "sig"},
            {"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA"}, {"kty": "FUTURE", "kid": "f"},
            {"kty": "RSA"}, {"kid": "nothing"}, 5, None, "text", [], {}]


def prepend_junk(doc, turn):
    doc["keys"] = junk_keys() + doc["keys"]


# name: (settings of the issuer, what must happen: None = login works, else error ids)
KEY_SETS = {
    "kid_absent_single_jwks": (dict(keys=single_keys_without_kid), None),
    "key_rotation_just_before_signing": (dict(fault={"key": new_keys_when_signing}), None),
    "n098_junk_keys_are_skipped": (dict(fault={"jwks": prepend_junk}), None),
    "n097_two_keys_one_kid": (dict(keys=lambda: [jose.rsa_key(0, kid="same"),
                                                 jose.ec_key(kid="same"),
                                                 jose.rsa_key(1, kid="same")]), None),
    "n097_other_type_same_kid": (dict(keys=lambda: [jose.ec_key(kid="same"),
                                                    jose.rsa_key(0, kid="same")]), None),
    "only_encryption_keys": (dict(keys=lambda: [jose.rsa_key(0, use="enc")],
                                  fault={"key": lambda turn: jose.rsa_key(
                                      0, kid=turn.issuer.keys[0].kid)}), ("JWT_KEY",)),
    "n074_kid_of_other_kty": (dict(fault={
        "key": lambda turn: jose.rsa_key(0, kid=jose.pick(turn.issuer.keys, "ES256").kid)}),
        ("JWT_KEY", "JWT_SIGNATURE")),
    "n074_kid_of_enc_key": (dict(fault={
        "key": lambda turn: jose.rsa_key(2, kid=turn.issuer.keys[0].kid)}), ("JWT_KEY",)),
    "n074_key_ops_encrypt": (dict(keys=lambda: [jose.rsa_key(0, use=None, key_ops=["encrypt"])]),
                             ("JWT_KEY", "JWKS")),
    "n074_alg_of_key_differs": (dict(keys=lambda: [jose.rsa_key(0, alg="PS256")]),
                                ("JWT_KEY", "JWT_ALG")),
    "key_of_nobody": (dict(fault={"key": lambda turn: jose.rsa_key(3)}), ("JWT_KEY",)),
    "same_kid_other_key": (dict(fault={
        "key": lambda turn: jose.rsa_key(3, kid=jose.pick(turn.issuer.keys, "RS256").kid)}),
        ("JWT_SIGNATURE",)),
    "empty_set": (dict(keys=lambda: [], fault={"key": lambda turn: jose.rsa_key(0)}),
                  ("JWT_KEY", "JWKS")),
    "set_is_array": (dict(fault={"jwks": lambda doc, turn: doc["keys"]}), ("JWKS", "JWT_KEY")),
    "set_without_keys": (dict(fault={"jwks": drop("keys")}), ("JWKS", "JWT_KEY")),
    "keys_is_object": (dict(fault={"jwks": put(keys={})}), ("JWKS", "JWT_KEY")),
}


def grow(size):
    """Pad a reply to about size bytes."""
    def change(reply, turn):
        reply.body = reply.body[:-1] + b',"padding":"' + b"x" * size + b'"}'
    return change


def set_reply(**members):
    def change(reply, turn):
        for name, value in members.items():
            setattr(reply, name, value)
    return change


def redirect_to(path):
    def change(reply, turn):
        reply.status, reply.body = 302, b""
        reply.set("Location", turn.issuer.url + path)
    return change


def deep(reply, turn):
    reply.body = b'{"keys":' + b"[" * 1000 + b"]" * 1000 + b"}"


def many(doc, turn):
    doc["keys"] = [jose.ec_key().jwk() | {"kid": "k%d" % i} for i in range(1)] * 10001


JWKS_ANSWERS = {
    "n095_jwks_5mib": ({"jwks_reply": grow(5 << 20)}, ("HTTP_TOO_LARGE", "JWKS")),
    "jwks_1mb": ({"jwks_reply": grow(1 << 20)}, ("HTTP_TOO_LARGE", "JWKS")),
    "n095_10001_keys": ({"jwks": many}, ("JWKS", "HTTP_TOO_LARGE", "JWT_KEY")),
    "n095_depth_1000": ({"jwks_reply": deep}, ("JWKS", "JWT_KEY")),
    "n214_jwks_redirects": ({"jwks_reply": redirect_to("elsewhere")}, ("JWKS", "JWT_KEY")),
    "jwks_500": ({"jwks_reply": set_reply(status=500, body=b"oops")}, ("JWKS", "JWT_KEY")),
    "jwks_html": ({"jwks_reply": set_reply(body=b"<html>sorry</html>")}, ("JWKS", "JWT_KEY")),
    "jwks_empty": ({"jwks_reply": set_reply(body=b"")}, ("JWKS", "JWT_KEY")),
    "n099_jwks_reset": ({"jwks_reply": set_reply(reset_after=40)},
                        ("HTTP_BROKEN", "HTTP_CONNECT", "JWKS")),
    "n099_jwks_silent": ({"jwks_reply": set_reply(silent=True)}, ("HTTP_TIMEOUT", "JWKS")),
    "n099_jwks_drips": ({"jwks_reply": set_reply(drip=0.5)}, ("HTTP_TIMEOUT", "JWKS")),
}

# Fault of the metadata document: the provider is refused as a whole, nobody is sent anywhere.
METADATA = {
    "discovery_issuer_mismatch": {"metadata": suffix("issuer", "INVALID")},
    "n035_two_slashes": {"metadata": suffix("issuer", "/")},
    "n035_port": {"metadata": lambda d, t: d.update(issuer=d["issuer"].replace("/t/", "0/t/"))},
    "n035_userinfo": {"metadata": lambda d, t: d.update(issuer=d["issuer"].replace("//", "//u@"))},
    "n035_case": {"metadata": lambda d, t: d.update(issuer=d["issuer"].upper())},
    "n102_issuer_missing": {"metadata": drop("issuer")},
    "n102_issuer_array": {"metadata": lambda d, t: d.update(issuer=[d["issuer"]])},
    "n102_endpoint_ftp": {"metadata": put(token_endpoint="ftp://127.0.0.1/token")},
    "n102_endpoint_userinfo": {"metadata": put(token_endpoint="http://u:p@127.0.0.1/token")},
    "n102_endpoint_fragment": {"metadata": put(authorization_endpoint="http://127.0.0.1/a#b")},
    "n102_endpoint_array": {"metadata": lambda d, t: d.update(
        token_endpoint=[d["token_endpoint"]])},
    "n102_endpoint_number": {"metadata": put(authorization_endpoint=7)},
    "n102_endpoint_javascript": {"metadata": put(authorization_endpoint="javascript:alert(1)")},
    "n102_no_authorization_endpoint": {"metadata": drop("authorization_endpoint")},
    "n102_no_token_endpoint": {"metadata": drop("token_endpoint")},
    "n102_no_jwks_uri": {"metadata": drop("jwks_uri")},
    "metadata_array": {"metadata": lambda d, t: [d]},
    "metadata_html": {"metadata_reply": set_reply(body=b"<html>sign in to wifi</html>")},
    "metadata_500": {"metadata_reply": set_reply(status=500)},
    "metadata_404": {"metadata_reply": set_reply(status=404)},
    "metadata_empty": {"metadata_reply": set_reply(body=b"")},
    "metadata_204": {"metadata_reply": set_reply(status=204, body=b"")},
    "metadata_cut": {"metadata_reply": lambda r, t: setattr(r, "body", r.body[:100])},
    "metadata_trailing": {"metadata_reply": lambda r, t: setattr(r, "body", r.body + b"{}")},
    "metadata_duplicate_member": {"metadata_reply": lambda r, t: setattr(
        r, "body", r.body[:-1] + b',"issuer":"http://evil.test/"}')},
    "metadata_not_utf8": {"metadata_reply": lambda r, t: setattr(
        r, "body", r.body[:-1] + b',"x":"\xff\xfe"}')},
    "metadata_1mb": {"metadata_reply": grow(1 << 20)},
    "n214_metadata_redirects": {"metadata_reply": redirect_to("elsewhere")},
    "n099_metadata_silent": {"metadata_reply": set_reply(silent=True)},
    "n099_metadata_reset": {"metadata_reply": set_reply(reset_after=100)},
}

HONEST = ["discovery_openid_config", "jwks_uri_keys", "signing_key_rotation", "n093_kid_flood",
          "n100_rotation", "n099_cached_keys"]


@pytest.fixture(scope="module")
def sites(serve, op, backend):
    made = {}
    for name, (settings, _) in KEY_SETS.items():
        settings = {k: v() if callable(v) else v for k, v in settings.items()}
        made[name] = op.issuer("config-" + name, **settings)
    for name, (fault, _) in JWKS_ANSWERS.items():
        made[name] = op.issuer("config-" + name, fault=fault)
    for name, fault in METADATA.items():
        made[name] = op.issuer("config-" + name, fault=fault)
    for name in HONEST:
        made[name] = op.issuer("config-" + name)
    short = "OIDCHTTPTimeoutShort 2 1 0\nOIDCHTTPTimeoutLong 2 1 0"
    made = {name: Site(name.replace("_", "-") + ".localhost", issuer, backend, short)
            for name, issuer in made.items()}
    serve(list(made.values()))
    return made


@pytest.mark.parametrize("name", KEY_SETS)
def test_key_sets(sites, browser, name):
    site, codes = sites[name], KEY_SETS[name][1]
    mark = site.mark()
    if codes is None:
        site.login(browser)
        assert site.issuer.count("userinfo") == 1
    else:
        mark.denied(browser, site.attempt(browser), codes, token=1, userinfo=0)
    assert site.issuer.complaints == []


@pytest.mark.parametrize("name", JWKS_ANSWERS)
def test_jwks_answers(sites, browser, name):
    """The login is refused, in bounded time; the keys' failure is the provider's."""
    site, codes = sites[name], JWKS_ANSWERS[name][1]
    mark = site.mark()
    answer = site.attempt(browser)
    assert answer.seconds < 8
    mark.denied(browser, answer, codes, status=(502, 503, 504), token=1, userinfo=0)


@pytest.mark.parametrize("name", METADATA)
def test_metadata(sites, browser, name):
    """Nobody is sent to a provider whose description is wrong; the site says so at once."""
    site = sites[name]
    before, mark = site.backend.bytes_in, site.httpd.log.mark()
    answer = browser.get(site.url("/app/page"))
    assert answer.status in (500, 502, 503, 504), answer.status
    assert answer.header("location") is None
    assert answer.seconds < 6
    assert not answer.cookies
    lines = site.httpd.log.failures(mark)
    assert len(lines) == 1, [str(x) for x in lines]
    assert lines[0].error_id in ("METADATA", "METADATA_ISSUER", "HTTP_TOO_LARGE", "HTTP_TIMEOUT",
                                 "HTTP_BROKEN", "HTTP_CONNECT")
    site.httpd.expect("OIDC-" + lines[0].error_id)
    assert site.backend.bytes_in == before
    assert site.issuer.count("authorize") == 0


def test_oidcc_client_test_discovery_openid_config(sites, browser):
    site = sites["discovery_openid_config"]
    site.begin(browser)
    assert site.issuer.count(".well-known/openid-configuration") == 1


def test_oidcc_client_test_discovery_jwks_uri_keys(sites, browser):
    """The advertised address is used, and before userinfo."""
    site = sites["jwks_uri_keys"]
    site.issuer.fault = {"metadata": suffix("jwks_uri", "?qwertyuiop")}
    site.login(browser)
    calls = [c.endpoint for c in site.issuer.calls]
    assert calls.index(".well-known/openid-configuration") < calls.index("authorize")
    assert calls.index("jwks") < calls.index("userinfo")
    used = [c.request.target for c in site.issuer.calls if c.endpoint == "jwks"]
    assert all(t.endswith("?qwertyuiop") for t in used)


def test_oidcc_client_test_signing_key_rotation(sites, browser):
    """Two logins; all keys are new at the second."""
    site = sites["signing_key_rotation"]
    site.login(browser)
    site.issuer.keys = jose.key_set(1)
    site.login(Browser())
    assert site.issuer.count("jwks") == 2
    assert site.issuer.count("userinfo") == 2


def test_n100_keys_rotated_between_signing_and_fetching(sites, browser):
    """The old kid is gone when we look: one fetch, refusal; the next login works."""
    site = sites["n100_rotation"]
    site.login(Browser())

    def old_key(turn):
        key = jose.pick(turn.issuer.keys, "RS256")
        turn.issuer.keys = jose.key_set(1)
        return key.with_members(kid="gone-" + key.kid)
    site.issuer.fault = {"key": old_key}
    mark = site.mark()
    mark.denied(browser, site.attempt(browser), "JWT_KEY", token=1)
    site.issuer.fault = {}
    assert site.issuer.count("jwks", mark.calls) == 1
    site.login(Browser())


@pytest.mark.p0
def test_n093_unknown_kids_cause_one_fetch(sites, browser):
    """Many tokens, each with a new unknown kid: one forced fetch, over all children."""
    site = sites["n093_kid_flood"]
    site.login(Browser())
    before = site.issuer.count("jwks")
    site.issuer.fault = {"key": lambda turn: jose.rsa_key(3)}
    for _ in range(20):
        guest = Browser()
        answer = site.attempt(guest)
        assert answer.status >= 400
        assert site.is_anonymous(guest)
    assert site.issuer.count("jwks") - before <= 1
    site.httpd.expect("OIDC-JWT_KEY")
    site.issuer.fault = {}
    site.login(browser)


def test_n099_cached_keys_keep_serving(sites, browser):
    """The key endpoint breaks after the first fetch: logins go on with the cached keys."""
    site = sites["n099_cached_keys"]
    site.login(Browser())
    site.issuer.fault = {"jwks_reply": set_reply(status=500, body=b""),
                         "metadata_reply": set_reply(status=500, body=b"")}
    site.login(browser)
