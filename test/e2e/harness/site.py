# SPDX-License-Identifier: Apache-2.0
"""A protected site: a virtual host, its provider, its applications, and the judge of refusals."""
import re
from urllib.parse import urlsplit

from .backend import MARK
from .client import Browser, relay
from .op import query_of

SESSION = "mod_auth_openidc_session"
STATE = "mod_auth_openidc_state_"
PASSPHRASE = "CANARY-passphrase-7d1f0c-b38a92e5-61fd"


class Site:
    """One virtual host. `conf` is added to it, `places` replaces the protected locations."""

    def __init__(self, host, issuer, backend, conf="", places=None, require="Require valid-user",
                 scope="openid profile email", redirect=None, relative=False, method="",
                 session=SESSION, override=None, port=None, tls=""):
        self.host, self.issuer, self.backend, self.conf = host, issuer, backend, conf
        self.places, self.require, self.scope = places, require, scope
        self.redirect, self.relative, self.method = redirect, relative, method
        self.session, self.override, self.port, self.tls = session, override or {}, port, tls
        self.httpd = None

    # --- addresses -------------------------------------------------------------------------
    @property
    def scheme(self):
        return "https" if self.tls else "http"

    def url(self, path="/"):
        return self.httpd.url(path, self.host, self.port, self.scheme)

    @property
    def callback(self):
        return self.url("/oidc/callback")

    @property
    def origin(self):
        return self.url("")

    # --- configuration ---------------------------------------------------------------------
    def directives(self):
        out = {
            "OIDCProviderMetadataURL": self.issuer.metadata_url if self.issuer else None,
            "OIDCClientID": self.issuer.client_id if self.issuer else None,
            "OIDCClientSecret": self.issuer.client_secret if self.issuer else None,
            "OIDCRedirectURI": "/oidc/callback" if self.relative else self.callback,
            "OIDCCryptoPassphrase": PASSPHRASE,
            "OIDCScope": '"%s"' % self.scope,
            "OIDCRemoteUserClaim": "sub",
        }
        if self.issuer and self.issuer.auth == "none":
            out["OIDCClientSecret"] = None
        if self.issuer:
            out["OIDCProviderTokenEndpointAuth"] = self.issuer.auth
        out.update(self.override)
        return "\n".join("%s %s" % kv for kv in out.items() if kv[1] is not None)

    def vhost(self, httpd):
        self.httpd = httpd
        guard = "AuthType openid-connect\n%s" % self.require
        places = self.places if self.places is not None else f"""
<Location /app/>
  {guard}
</Location>
<Location /cgi/>
  {guard}
</Location>
<Location /static/>
  {guard}
</Location>"""
        return f"""
<VirtualHost 127.0.0.1:{self.port or httpd.port}>
ServerName {self.scheme}://{self.host}:{self.port or httpd.port}
{self.tls}
{self.directives()}
ScriptAlias /cgi/ {httpd.path("apps")}/
ScriptAlias /opencgi/ {httpd.path("apps")}/
ProxyPass /app/ http://127.0.0.1:{self.backend.port}/app/
ProxyPass /open/ http://127.0.0.1:{self.backend.port}/open/
<Location /oidc/>
  AuthType openid-connect
  Require valid-user
</Location>
{places}
{self.conf}
</VirtualHost>
"""

    # --- going through ---------------------------------------------------------------------
    def begin(self, browser, path="/app/page"):
        """The redirect to the provider; not followed."""
        answer = browser.get(self.url(path))
        assert answer.status in (302, 303), (answer.status, answer.text[:300])
        return answer

    def reach_callback(self, browser, path="/app/page"):
        """(method, url, body) with which the browser would call the redirect URI."""
        at_op = browser.get(self.begin(browser, path).location)
        if at_op.status in (302, 303):
            if "#" in at_op.location:
                page = browser.get(at_op.location)
                assert page.status == 200 and "location.hash" in page.text, page.text[:300]
                return relay(at_op.location)
            return "GET", at_op.location, None
        from .op import form_of
        action, fields = form_of(at_op.text)
        return "POST", action, fields

    def call(self, browser, move):
        method, url, body = move
        return browser.request(method, url, body=body)

    def attempt(self, browser, path="/app/page"):
        """A login up to and including the answer of the redirect URI."""
        return self.call(browser, self.reach_callback(browser, path))

    def login(self, browser=None, path="/app/page"):
        """A whole login that must succeed: (browser, answer of the page)."""
        browser = browser or Browser()
        answer = browser.follow(self.begin(browser, path))
        assert answer.status == 200, (answer.status, answer.url, answer.text[:500])
        assert urlsplit(answer.url)[:3] == urlsplit(self.url(path))[:3], answer.url
        return browser, answer

    def wants_login(self, answer):
        """True when the answer sends the browser to our provider's authorization endpoint."""
        if answer.status not in (302, 303):
            return False
        if not (answer.location or "").startswith(self.issuer.url + "authorize"):
            return False
        sent = query_of(answer.location)
        return "nonce" in sent or "request_uri" in sent

    def is_anonymous(self, browser, path="/app/probe"):
        """True when the protected page still asks for a login."""
        before = self.backend.bytes_in
        answer = browser.clone().get(self.url(path))
        return self.wants_login(answer) and self.backend.bytes_in == before

    def mark(self):
        return Mark(self)


class Mark:
    """How things stood before something that must be refused."""

    def __init__(self, site, browser=None):
        self.site = site
        self.bytes = site.backend.bytes_in
        self.log = site.httpd.log.mark()
        self.calls = len(site.issuer.calls) if site.issuer else 0
        self.token_calls = self.calls

    def denied(self, browser, answer, code=None, status=None, token=None, userinfo=0, quiet=False):
        """The whole bundle of a refusal; returns the log line.

        code: error id or tuple of them; status: number or tuple, default any 4xx or 5xx;
        token/userinfo: how often the provider was asked since the mark (None: do not care).
        """
        site, httpd = self.site, self.site.httpd
        want = status if isinstance(status, tuple) else (status,) if status else range(400, 600)
        assert answer.status in want, (answer.status, answer.text[:600], httpd.log.text(self.log))
        assert not [c for c in answer.cookies if c.name.startswith(site.session) and not c.expired
                    and c.value], "a session cookie was issued"
        assert MARK not in answer.text
        assert answer.header("location") is None or answer.status in (302, 303)
        self._count("token", token)
        self._count("userinfo", userinfo)
        line = None if quiet else self._one_line(answer, code)
        assert site.is_anonymous(browser), "the protected page no longer asks for a login"
        assert site.backend.bytes_in == self.bytes, "the application received something"
        self._no_secret(browser, answer)
        return line

    def _count(self, endpoint, want):
        if want is not None and self.site.issuer:
            got = self.site.issuer.count(endpoint, self.calls)
            assert got == want, "%s was called %d times" % (endpoint, got)

    def _one_line(self, answer, code):
        httpd = self.site.httpd
        lines = httpd.log.failures(self.log)
        assert len(lines) == 1, "log lines with an error id: %s" % [str(x) for x in lines]
        line = lines[0]
        httpd.expect(re.escape(line.text))
        if code is not None:
            codes = (code,) if isinstance(code, str) else code
            assert line.error_id in codes, (line.error_id, line.text)
        assert line.incident and line.incident in answer.text, \
            "the page does not show the log line's id: %s\n%s" % (line.text, answer.text)
        return line

    def _no_secret(self, browser, answer):
        text = self.site.httpd.log.text(self.log)
        secrets = list(self.site.issuer.secrets()) if self.site.issuer else []
        secrets.append(PASSPHRASE)
        secrets += [c.value for c in browser.jar if len(c.value) > 12]
        for secret in secrets:
            assert secret not in text, "a secret stands in the log: " + secret
            assert secret not in answer.text, "a secret stands in the page: " + secret

