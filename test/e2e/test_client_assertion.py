# SPDX-License-Identifier: Apache-2.0
"""client_secret_jwt and private_key_jwt: the provider verifies what we sign, with the keys that we publish."""
import json
import re

import pytest
from cryptography.hazmat.primitives import serialization as ser

from harness import counterparts, jose
from harness.backend import MARK
from harness.client import Browser
from harness.counterparts import NAME
from harness.procs import free_port
from harness.server import Httpd
from harness.site import Site
from test_config_errors import check, conf
from test_counterparts import log_in

ALGS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
SECRET = "CANARY-secret-of-more-than-thirty-two-bytes"


def private_pem(key):
    return key.private.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption())


def public_pem(key):
    return key.private.public_key().public_bytes(ser.Encoding.PEM, ser.PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Key files, by name."""
    folder = tmp_path_factory.mktemp("keys")
    keys = {"enc": jose.rsa_key(2), "rsa": jose.rsa_key(3), "p256": jose.ec_key(), "p384": jose.ec_key("P-384"),
            "p521": jose.ec_key("P-521"), "ed": jose.ed_key(), "old": jose.ec_key()}
    for name, key in keys.items():
        (folder / name).write_bytes(private_pem(key))
        (folder / (name + ".pub")).write_bytes(public_pem(key))
    return folder


def lines(files):
    """The directive twice: a list grows."""
    return "OIDCPrivateKeyFiles enc:RSA-OAEP@e1#{0}/enc sig:{0}/rsa p256#{0}/p256\n" \
           "OIDCPrivateKeyFiles {0}/p384 ES512@{0}/p521 {0}/ed\n" \
           "OIDCPublicKeyFiles sig:ES256@old#{0}/old.pub\n".format(files)


class Foreign:
    """A client at npm's oidc-provider, with what Site needs to know of an issuer."""
    kind = "oidc-provider"

    def __init__(self, auth, alg, port):
        self.auth, self.alg, self.client_id = auth, alg, "%s-%s" % (auth, alg)
        self.client_secret = SECRET if auth == "client_secret_jwt" else None
        self.url = "http://127.0.0.1:%d" % port
        self.metadata_url = self.url + "/.well-known/openid-configuration"


@pytest.fixture(scope="module")
def world(op, backend, files):
    port, sites = free_port(), {}

    def add(name, issuer, auth, secret=None):
        # the keys stand behind the method: the order of directives means nothing
        sites[name] = Site(name.lower() + ".localhost", issuer, backend, lines(files),
                           override={"OIDCProviderTokenEndpointAuth": auth, "OIDCClientSecret": secret})
    for alg in ALGS:
        add(alg, op.issuer("assert-" + alg, auth="private_key_jwt"), "private_key_jwt:" + alg)
    add("plain", op.issuer("assert-plain", auth="private_key_jwt"), "private_key_jwt")
    add("offered", op.issuer("assert-offered", auth="private_key_jwt"), None)
    add("secret", op.issuer("assert-secret", auth="client_secret_jwt", client_secret=SECRET), "client_secret_jwt", SECRET)
    add("offered-secret", op.issuer("assert-offered-secret", auth="client_secret_jwt", client_secret=SECRET), None, SECRET)
    for auth, alg in (("client_secret_jwt", "HS256"), ("private_key_jwt", "PS256"), ("private_key_jwt", "ES256")):
        name = "node-" + alg
        add(name, Foreign(auth, alg, port), auth if alg == "HS256" else auth + ":" + alg,
            SECRET if alg == "HS256" else None)
    httpd = Httpd(lambda self: "".join(s.vhost(self) for s in sites.values())).start()
    for site in sites.values():
        site.issuer.client_keys = lambda site=site: Browser().get(site.callback + "?jwks=rsa").json
    clients = []
    for site in (s for n, s in sites.items() if n.startswith("node-")):
        doc = {"client_id": site.issuer.client_id, "redirect_uris": [site.callback], "response_types": ["code"],
               "grant_types": ["authorization_code"], "token_endpoint_auth_method": site.issuer.auth,
               "token_endpoint_auth_signing_alg": site.issuer.alg}
        if site.issuer.client_secret:
            doc["client_secret"] = site.issuer.client_secret
        else:
            keys = [k for k in site.issuer.client_keys()["keys"] if k["use"] == "sig"]
            doc["jwks"] = {"keys": keys}
        clients.append(doc)
    provider = counterparts.node_provider(port, clients)
    yield sites
    provider.close()
    httpd.destroy()


@pytest.mark.parametrize("alg", ALGS)
def test_private_key_jwt(world, browser, alg):
    site = world[alg]
    site.login(browser)
    (header, claims), = site.issuer.assertions
    assert header["alg"] == alg and claims["aud"] == site.issuer.url
    assert site.issuer.complaints == []


@pytest.mark.parametrize("name,alg", [("plain", "RS256"), ("offered", "RS256"), ("secret", "HS256"),
                                      ("offered-secret", "HS256")])
def test_method_and_key_by_themselves(world, name, alg):
    """The first key for signatures signs; without the directive the provider's offer decides. jti is new each time."""
    site = world[name]
    for _ in range(2):
        site.login(Browser())
    assert [h["alg"] for h, _ in site.issuer.assertions] == [alg, alg]
    assert len({c["jti"] for _, c in site.issuer.assertions}) == 2
    assert site.issuer.complaints == []


def test_another_key_is_refused(world, browser):
    """What the provider can't verify with the published keys signs nobody in."""
    site = world["plain"]
    right, mark = site.issuer.client_keys, site.mark()
    site.issuer.client_keys = lambda: {"keys": [{**k, "n": jose.rsa_key(0).jwk()["n"]} if k["kty"] == "RSA" else k
                                                for k in right()["keys"]]}
    try:
        mark.denied(browser, site.attempt(browser), "TOKEN_CLIENT_AUTH", token=1)
    finally:
        site.issuer.client_keys = right
        site.issuer.complaints.clear()


@pytest.mark.parametrize("name", ["node-HS256", "node-PS256", "node-ES256"])
def test_at_a_certified_provider(world, browser, name):
    page = log_in(world[name], browser, "/cgi/env.cgi")
    assert page.status == 200 and MARK in page.text
    assert page.json["env"]["OIDC_CLAIM_name"] == NAME


def test_published_keys(world, files):
    """Public parts alone, without a session, for anybody."""
    answer = Browser().get(world["plain"].callback + "?jwks=rsa")
    assert answer.status == 200 and answer.header("content-type") == "application/json"
    keys = {k["kid"]: k for k in answer.json["keys"]}
    assert len(keys) == 7 and {"old", "e1", "p256"} <= set(keys)
    for key in keys.values():
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key), key
    assert keys["e1"]["use"] == "enc" and keys["e1"]["alg"] == "RSA-OAEP"
    assert keys["old"]["use"] == "sig" and keys["old"]["alg"] == "ES256"
    assert [k["alg"] for k in keys.values() if k.get("crv") == "P-521"] == ["ES512"]
    assert "PRIVATE" not in json.dumps(answer.json)


# --- configuration -----------------------------------------------------------------------------

KEY = {"OIDCClientSecret": None}
SYNTAX = {
    "OIDCPrivateKeyFiles %s/nothing": "can't read",
    "OIDCPrivateKeyFiles %s/rsa.pub": "private key",
    "OIDCPublicKeyFiles %s/rsa": "OIDCPrivateKeyFiles",
    "OIDCPrivateKeyFiles ES256@%s/rsa": "does not fit ES256",
    "OIDCPrivateKeyFiles %s/ed RS256+ES256@k#%s/rsa": "does not fit ES256",
    "OIDCPrivateKeyFiles ES256@%s/p384": "does not fit ES256",
    "OIDCPrivateKeyFiles HS256@%s/rsa": "does not fit HS256",
    "OIDCPrivateKeyFiles enc:RS256@%s/rsa": "no algorithm for enc",
    "OIDCPrivateKeyFiles sig:RSA-OAEP@%s/rsa": "no algorithm for sig",
    "OIDCPrivateKeyFiles RS257@%s/rsa": "can't read",
    "OIDCPublicKeyFiles sig:ES256@%s/ed.pub": "does not fit ES256",
    "OIDCProviderTokenEndpointAuth private_key_jwt:HS256": "RS256",
}


@pytest.mark.parametrize("line", SYNTAX)
def test_bad_lines_stop_the_start(files, line):
    text = line.replace("%s", str(files))
    status, output, whole, _ = check(conf(extra=text))
    number = whole.split("\n").index(text) + 1
    assert status != 0, "was accepted"
    assert re.search(r"line %d of .*httpd\.conf" % number, output), output
    assert line.split()[0] in output and SYNTAX[line] in output, output


WHOLE = {
    "no_key": ("OIDCProviderTokenEndpointAuth private_key_jwt", "OIDCProviderTokenEndpointAuth private_key_jwt needs"),
    "key_for_encryption": ("OIDCProviderTokenEndpointAuth private_key_jwt\nOIDCPrivateKeyFiles enc:%s/rsa",
                           "OIDCProviderTokenEndpointAuth private_key_jwt needs"),
    "no_key_of_that_kind": ("OIDCPrivateKeyFiles %s/rsa\nOIDCProviderTokenEndpointAuth private_key_jwt:ES256",
                            "OIDCProviderTokenEndpointAuth private_key_jwt:ES256 needs"),
    "short_secret": ("OIDCProviderTokenEndpointAuth client_secret_jwt", "OIDCClientSecret of at least 32 bytes"),
    "one_name_two_keys": ("OIDCPrivateKeyFiles k#%s/rsa\nOIDCPublicKeyFiles k#%s/ed.pub", "two different keys"),
}


@pytest.mark.parametrize("case", WHOLE)
def test_what_must_be_there_together(files, case):
    extra, message = WHOLE[case]
    status, output, _, log = check(conf(extra=extra.replace("%s", str(files))))
    assert status != 0, "was accepted"
    assert message in output + log and re.search(r"httpd\.conf:\d+", output + log), output + log
    assert "CANARY" not in output + log


@pytest.mark.parametrize("turned", [False, True])
def test_the_order_of_directives_means_nothing(files, turned):
    both = ["OIDCProviderTokenEndpointAuth private_key_jwt:PS256", "OIDCPrivateKeyFiles RS256+PS256@k#%s/rsa" % files]
    status, output, _, _ = check(conf(KEY, "\n".join(reversed(both) if turned else both)))
    assert status == 0, output
