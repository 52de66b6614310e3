# SPDX-License-Identifier: Apache-2.0
"""Wrong configuration stops httpd -t: file, line, what was expected; never a secret (group P)."""
import re

import pytest

from harness.server import Httpd, MODULE_ID
from harness.site import PASSPHRASE

GOOD = {
    "OIDCProviderMetadataURL": "http://127.0.0.1:9/.well-known/openid-configuration",
    "OIDCClientID": "client", "OIDCClientSecret": "CANARY-secret",
    "OIDCRedirectURI": "http://localhost:8080/oidc/callback", "OIDCCryptoPassphrase": PASSPHRASE,
}
PLACE = "<Location /app/>\nAuthType openid-connect\nRequire valid-user\n</Location>"


def conf(changes=None, extra="", place=PLACE):
    given = {**GOOD, **(changes or {})}
    return "\n".join("%s %s" % kv for kv in given.items() if kv[1] is not None) + \
        "\n" + extra + "\n" + place + "\n"


def check(body, **settings):
    httpd = Httpd(body, **settings)
    try:
        status, output = httpd.test_config()
        return status, output, httpd.text(), httpd.log.text()
    finally:
        httpd.destroy()


def test_good_configuration_passes():
    status, output, _, _ = check(conf())
    assert status == 0 and "Syntax OK" in output


# directive line: what the message must mention
SYNTAX = {
    "OIDCSessionInactivityTimeout 300x": "300x|integer|number",
    "OIDCSessionInactivityTimeout -1": "10",
    "OIDCSessionInactivityTimeout 9": "10",
    "OIDCSessionInactivityTimeout 31536001": "31536000",
    "OIDCSessionInactivityTimeout 9223372036854775808": "",
    'OIDCSessionInactivityTimeout ""': "",
    'OIDCSessionInactivityTimeout " 300"': "",
    "OIDCStateTimeout 0": "1",
    "OIDCStateMaxNumberOfCookies 256": "255",
    "OIDCStateMaxNumberOfCookies 5 maybe": "maybe|true|on",
    "OIDCSessionMaxDuration 14": "15",
    "OIDCSessionType servercache": "server-cache",
    "OIDCSessionType Server-Cache": "server-cache",
    "OIDCCookieHTTPOnly maybe": "maybe|on",
    "OIDCCookieSameSite Loose": "Lax",
    "OIDCCookieDomain exa_mple.com": "",
    'OIDCCookieDomain "a b"': "",
    "OIDCRedirectURI not-a-url": "",
    "OIDCRedirectURI ftp://localhost/cb": "http",
    "OIDCRedirectURI javascript:alert(1)": "",
    "OIDCRedirectURI https://": "",
    "OIDCRedirectURI http://localhost/cb#frag": "",
    "OIDCProviderMetadataURL /relative": "http",
    "OIDCProviderMetadataURL ftp://x/": "http",
    "OIDCProviderTokenEndpoint http://u:p@x/": "",
    "OIDCProviderTokenEndpointAuth basic": "client_secret_basic",
    "OIDCPKCEMethod s256": "S256",
    "OIDCResponseMode fragment-or-so": "form_post",
    "OIDCResponseType implicit": "code",
    "OIDCIDTokenSignedResponseAlg RS257": "RS256",
    "OIDCIDTokenIatSlack 3601": "3600",
    "OIDCPassClaimsAs both utf16": "latin1|base64url",
    "OIDCPassClaimsAs sometimes": "headers",
    "OIDCUnAuthAction maybe": "auth",
    "OIDCUnAuthAction 401 \"%{HTTP:X\"": "",
    "OIDCRemoteUserClaim sub ( x": "",
    "OIDCRedirectURLsAllowed ^(": "",
    "OIDCCacheShmMax 12": "128",
    "OIDCCacheShmEntrySizeMax 100": "8736",
    "OIDCCacheType floppy": "shm",
    "OIDCHTTPTimeoutLong 0": "",
    "OIDCHTTPTimeoutLong 30 10 x": "",
    "OIDCInfoHook everything": "iat",
    "OIDCSessionCookieChunkSize 255": "256",
    "OIDCNoSuchDirective x": "Invalid command",
    "OIDCHTMLErrorTemplate /x": "Invalid command",
    "OIDCClientSecret exec:/nonexistent/program": "",
    "OIDCCookiePath no-slash": "",
    "OIDCPassIDTokenAs everything": "claims",
    "OIDCXForwardedHeaders X-Forwarded-For": "",
}


@pytest.mark.parametrize("line", SYNTAX)
def test_n256_syntax(line):
    """File and line of the bad directive, and what was expected."""
    status, output, text, _ = check(conf(extra=line))
    assert status != 0, "was accepted"
    number = text.split("\n").index(line) + 1
    assert re.search(r"(line %d of .*httpd\.conf|httpd\.conf:%d):" % (number, number), output), output
    assert re.search(SYNTAX[line] or ".", output.split("httpd.conf:")[1], re.I), output
    assert "CANARY" not in output


@pytest.mark.parametrize("spec", ["groups", "", "groups~(", "~", ":x"])
def test_require_that_cannot_be_understood(spec):
    """A misspelt Require line stops the start; it is not a rule that denies silently."""
    place = PLACE.replace("valid-user", "claim %s" % (spec or '""'))
    status, output, text, _ = check(conf(place=place))
    assert status != 0 and re.search(r"Require|claim", output), output


WHOLE = {
    "no_redirect_uri": (dict(OIDCRedirectURI=None), "", "OIDCRedirectURI"),
    "no_client_id": (dict(OIDCClientID=None), "", "OIDCClientID"),
    "issuer_without_authorization_endpoint":
        (dict(OIDCProviderMetadataURL=None, OIDCProviderIssuer="http://127.0.0.1:9/"), "",
         "OIDCProviderAuthorizationEndpoint"),
    "cookie_domain_elsewhere": ({}, "OIDCCookieDomain example.com", "OIDCCookieDomain"),
    "no_provider": (dict(OIDCProviderMetadataURL=None), "", "OIDCProviderMetadataURL|OIDCProviderIssuer"),
}


@pytest.mark.parametrize("case", WHOLE)
def test_n257_what_must_be_there_together(case):
    changes, extra, name = WHOLE[case]
    status, output, _, log = check(conf(changes, extra))
    text = output + log
    assert status != 0, "was accepted: " + text
    assert re.search(name, text), text
    assert "CANARY" not in text


@pytest.mark.parametrize("case", ["no_redirect_uri", "no_client_id", "cookie_domain_elsewhere"])
def test_n257_inside_a_virtual_host(case):
    """The message says which virtual host, by file and line."""
    changes, extra, name = WHOLE[case]
    body = "<VirtualHost 127.0.0.1:*>\nServerName v.example\n%s</VirtualHost>" % conf(changes, extra)
    status, output, text, log = check(body)
    assert status != 0
    both = output + log
    assert re.search(name, both) and re.search(r"v\.example|httpd\.conf:?\s*\d*|line \d+", both), both


CONTEXT = ["OIDCClientID x", "OIDCProviderMetadataURL http://x/", "OIDCRedirectURI /x", "OIDCSessionType server-cache",
           "OIDCCryptoPassphrase x"]


@pytest.mark.parametrize("line", CONTEXT)
def test_n256_context(line):
    place = "<Location /app/>\nAuthType openid-connect\nRequire valid-user\n%s\n</Location>" % line
    status, output, _, _ = check(conf(place=place))
    assert status != 0 and "not allowed" in output, output


def test_n255_auth_type_without_require_is_reported():
    """The place would be public: said loudly at start."""
    httpd = Httpd(conf(place="<Location /app/>\nAuthType openid-connect\n</Location>"))
    httpd.allowed.append(".*")
    try:
        status, output = httpd.test_config()
        if status == 0:
            httpd.start()
            output += httpd.log.text() + httpd.stderr()
        assert re.search(r"Require", output), output
    finally:
        httpd.destroy()


def test_n258_dangerous_settings_warn():
    httpd = Httpd(conf(extra="OIDCSSLValidateServer Off"))
    httpd.allowed.append(".*")
    try:
        httpd.start()
        text = httpd.log.text() + httpd.stderr()
        assert "OIDCSSLValidateServer" in text
    finally:
        httpd.destroy()


def test_n261_no_secret_in_dumps():
    httpd = Httpd(conf())
    try:
        for what in ("DUMP_VHOSTS", "DUMP_RUN_CFG", "DUMP_MODULES"):
            status, output = httpd.test_config("-D", what)
            assert status == 0 and "CANARY" not in output
    finally:
        httpd.destroy()


def test_secret_from_a_program():
    """exec: the first line of what a program prints."""
    httpd = Httpd(conf(dict(OIDCClientSecret='"exec:/bin/echo from-a-program"',
                            OIDCCryptoPassphrase='"exec:/bin/echo a-passphrase"')))
    try:
        status, output = httpd.test_config()
        assert status == 0, output
    finally:
        httpd.destroy()


def test_htaccess_may_not_set_servers():
    """Per-path directives work in .htaccess, server directives do not."""
    import os
    httpd = Httpd(conf(extra="<Directory %s>\nAllowOverride AuthConfig\n</Directory>" % "/"))
    httpd.body = lambda self: conf(extra="<Directory %s/htdocs>\nAllowOverride AuthConfig\n</Directory>"
                                   % self.root)
    for name in ("good", "bad"):
        os.makedirs(httpd.path("htdocs", name))
    httpd.write("htdocs/good/.htaccess", "AuthType openid-connect\nRequire valid-user\nOIDCUnAuthAction 401\n")
    httpd.write("htdocs/bad/.htaccess", "OIDCClientID other\n")
    httpd.write("htdocs/good/f.txt", "x")
    httpd.allowed += ["OIDC-", "not allowed here", "https", "AH"]
    try:
        httpd.start()
        from harness.client import Browser
        assert Browser().get(httpd.url("/good/f.txt")).status == 401
        assert Browser().get(httpd.url("/bad/")).status == 500
    finally:
        httpd.destroy()


@pytest.mark.skipif(MODULE_ID != "oidc_module", reason="names of our module")
class TestModuleNames:
    """One file, two names: oidc_module, and auth_openidc_module for existing configurations."""

    def test_existing_configuration_keeps_its_meaning(self):
        """LoadModule auth_openidc_module mod_oidc.so: <IfModule> blocks and LogLevel still count."""
        from harness.server import module_path
        from harness.client import Browser
        body = """LoadModule auth_openidc_module %s
<IfModule auth_openidc_module>
%s
</IfModule>
<IfModule mod_auth_openidc.c>
<Location /two/>
  AuthType openid-connect
  Require valid-user
</Location>
</IfModule>
<IfModule !auth_openidc_module>
  BrokenOnPurpose
</IfModule>
LogLevel auth_openidc:info
""" % (module_path("mod_oidc.so"), conf())
        httpd = Httpd(body, rp=False)
        httpd.allowed += ["https", "OIDC-"]
        try:
            status, output = httpd.test_config()
            assert status == 0, output
            httpd.start()
            for path in ("/app/x", "/two/x"):
                # the provider is not there: whatever the answer, it is not the content
                assert Browser().get(httpd.url(path)).status in (500, 502, 503)
            assert Browser().get(httpd.url("/app/x"), plain=True,
                                 headers=[("Accept", "application/json")]).status == 401
            lines = [x for x in httpd.log.lines() if x.error_id]
            assert lines and all(x.module == "auth_openidc" for x in lines), [str(x) for x in lines]
        finally:
            httpd.destroy()

    def test_our_own_name(self):
        body = "<IfModule oidc_module>\n%s</IfModule>\n<IfModule mod_oidc.c>\n</IfModule>" % conf()
        status, output, _, _ = check(body)
        assert status == 0, output

    def test_both_names_at_once_are_refused(self):
        from harness.server import module_path
        body = "LoadModule auth_openidc_module %s\n%s" % (module_path("mod_oidc.so"), conf())
        status, output, _, log = check(body)
        assert status != 0, output
        assert re.search(r"auth_openidc_module|oidc_module|both|twice|already", output + log)
