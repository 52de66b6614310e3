# SPDX-License-Identifier: Apache-2.0
"""Require: every form, combined and negated; what cannot be decided is refused (N245, N246)."""
import re

import pytest

from harness.backend import MARK
from harness.client import Browser
from harness.site import Site

CLAIMS = {"groups": ["admin", "staff"], "level": 5, "ratio": 1.5, "verified": True, "off": False,
          "email": "alice@example.com", "name": "김하늘", "empty": "", "nothing": None,
          "nested": {"role": {"name": "boss"}, "list": ["x", "y"]}, "text_number": "5",
          "http://example.com/claim": "v", "with:colon": "c", "spaced": "two words",
          "objects": [{"id": "a"}, {"id": "b"}], "numbers": [1, 2]}

# (configuration inside the location, granted)
RULES = [
    ("Require valid-user", True),
    ("Require user user-subject-1234531", True),
    ("Require user somebody", False),
    ("Require claim groups:admin", True),
    ("Require claim groups:adm", False),
    ("Require claim groups:Admin", False),
    ("Require claim groups:admin,staff", False),
    ("Require claim groups:root groups:staff", True),
    ("Require claim groups~^adm", True),
    ("Require claim groups~^min", False),
    ("Require claim groups~(?i)^ADMIN$", True),
    ("Require claim level:5", True),
    ("Require claim level:6", False),
    ("Require claim level:55", False),
    ("Require claim level:5x", False),
    ("Require claim ratio:1.5", True),
    ("Require claim verified:true", True),
    ("Require claim verified:false", False),
    ("Require claim off:false", True),
    ("Require claim off:true", False),
    ("Require claim email:alice@example.com", True),
    ("Require claim email:Alice@example.com", False),
    ("Require claim email:alice@example.com.evil.test", False),
    ("Require claim email~@example\\.com$", True),
    ("Require claim email~@evil\\.com$", False),
    ("Require claim name:김하늘", True),
    ("Require claim name:김", False),
    ("Require claim nested.role.name:boss", True),
    ("Require claim nested.role.name:bos", False),
    ("Require claim nested.role.name~^bo", True),
    ("Require claim nested.list:y", True),
    ("Require claim nested.nope:y", False),
    ("Require claim nested:role", False),
    ("Require claim missing:x", False),
    ("Require claim missing~.*", False),
    ('Require claim "spaced:two words"', True),
    ("Require claim spaced:two", False),
    ("Require claim http://example.com/claim:v", True),
    ("Require claim with:colon:c", True),
    ("Require claim text_number:5", True),
    ("Require claim numbers:2", True),
    ("Require claim numbers:3", False),
    ("Require claim sub:user-subject-1234531", True),
    ("Require claim sub~^$", False),
    # combinations
    ("<RequireAll>\nRequire claim groups:admin\nRequire claim level:5\n</RequireAll>", True),
    ("<RequireAll>\nRequire claim groups:admin\nRequire claim level:6\n</RequireAll>", False),
    ("<RequireAny>\nRequire claim groups:root\nRequire claim level:5\n</RequireAny>", True),
    ("<RequireAny>\nRequire claim groups:root\nRequire claim level:6\n</RequireAny>", False),
    ("<RequireAll>\nRequire valid-user\nRequire not claim groups:banned\n</RequireAll>", True),
    ("<RequireAll>\nRequire valid-user\nRequire not claim groups:admin\n</RequireAll>", False),
    ("<RequireAll>\nRequire valid-user\n<RequireNone>\nRequire claim groups:banned\n"
     "Require claim level:9\n</RequireNone>\n</RequireAll>", True),
    ("<RequireAll>\nRequire valid-user\n<RequireNone>\nRequire claim groups:banned\n"
     "Require claim level:5\n</RequireNone>\n</RequireAll>", False),
    ("<RequireAny>\nRequire user nobody\n<RequireAll>\nRequire claim groups:staff\n"
     "Require not claim verified:false\n</RequireAll>\n</RequireAny>", True),
    ("Require claim groups:root\nRequire claim groups:staff", True),
    ("Require expr %{REMOTE_USER} == 'user-subject-1234531'", True),
]


@pytest.fixture(scope="module")
def site(serve, op, backend):
    issuer = op.issuer("require")
    issuer.extra_claims = dict(CLAIMS)
    places = "".join("<Location /app/r%d/>\nAuthType openid-connect\n%s\n</Location>\n" % (i, rule)
                     for i, (rule, _) in enumerate(RULES))
    places += "<Location /app/login/>\nAuthType openid-connect\nRequire valid-user\n</Location>\n"
    places += """
<Location /app/expr/>
  AuthType openid-connect
  Require claim groups:%{HTTP:X-Wanted}
</Location>
<Location /app/forbidden/>
  AuthType openid-connect
  AuthzSendForbiddenOnFailure On
  Require claim groups:root
</Location>
<Location /app/unautz401/>
  AuthType openid-connect
  OIDCUnAutzAction 401
  Require claim groups:root
</Location>
<Location /app/anonymous/>
  AuthType openid-connect
  OIDCUnAuthAction pass
  Require claim groups:admin
</Location>
"""
    site = Site("localhost", issuer, backend, places=places)
    serve(site)
    site.browser = Browser()
    site.login(site.browser, "/app/login/")
    return site


@pytest.mark.parametrize("number", range(len(RULES)), ids=lambda i: re.sub(r"\s+", " ", RULES[i][0])[:60])
def test_n245_rules(site, backend, number):
    rule, granted = RULES[number]
    before = backend.bytes_in
    answer = site.browser.get(site.url("/app/r%d/x" % number))
    if granted:
        assert answer.status == 200 and MARK in answer.text
    else:
        assert answer.status in (401, 403), answer.status
        assert MARK not in answer.text and backend.bytes_in == before
        assert not answer.header("location")
        site.httpd.expect("OIDC-NOT_AUTHORIZED", "AH01631", "AH01617", "AH01630")


@pytest.mark.parametrize("number", range(len(RULES)), ids=lambda i: re.sub(r"\s+", " ", RULES[i][0])[:60])
def test_n245_anonymous_is_sent_to_the_login(site, browser, backend, number):
    """No rule, negated ones least of all, lets a stranger in."""
    before = backend.bytes_in
    answer = browser.get(site.url("/app/r%d/x" % number))
    assert site.wants_login(answer), (answer.status, answer.text[:300])
    assert backend.bytes_in == before


@pytest.mark.parametrize("wanted,granted", [("admin", True), ("root", False), ("", False)])
def test_expression_in_a_specification(site, wanted, granted):
    """The line is an httpd string expression, evaluated for each request."""
    answer = site.browser.get(site.url("/app/expr/x"), headers=[("X-Wanted", wanted)])
    assert (answer.status == 200) == granted
    site.httpd.expect("OIDC-NOT_AUTHORIZED", "OIDC-REQUIRE", "AH0163", "AH01617")


def test_forbidden_has_a_page(site):
    """Signed in but not allowed: 403, a page of ours that says whom to ask."""
    answer = site.browser.get(site.url("/app/forbidden/x"))
    assert answer.status == 403
    site.httpd.expect("OIDC-NOT_AUTHORIZED", "AH0163", "AH01617")


def test_unautz_401(site):
    answer = site.browser.get(site.url("/app/unautz401/x"))
    assert answer.status in (401, 403)
    site.httpd.expect("OIDC-NOT_AUTHORIZED", "AH0163", "AH01617")


def test_json_for_scripts(site):
    answer = site.browser.get(site.url("/app/forbidden/x"), plain=True,
                              headers=[("Accept", "application/json")])
    assert answer.status == 403
    assert MARK not in answer.text
    site.httpd.expect("OIDC-NOT_AUTHORIZED", "AH0163", "AH01617")


def test_pass_does_not_grant_claims(site, browser, backend):
    """OIDCUnAuthAction pass with Require claim: a stranger has no claims, so no access."""
    before = backend.bytes_in
    answer = browser.get(site.url("/app/anonymous/x"))
    assert answer.status in (302, 401, 403) and backend.bytes_in == before
    assert site.browser.get(site.url("/app/anonymous/x")).status == 200
    site.httpd.expect("OIDC-", "AH0163", "AH01617")
