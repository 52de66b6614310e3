# SPDX-License-Identifier: Apache-2.0
"""The provider of the tests: honest by default, hostile where a fault says so.

One server, many issuers: http://127.0.0.1:PORT/t/<alias>/ is a provider of its own with its own
keys, so that a relying party with a warm cache of one issuer never blurs the test of another.

A fault is a dict {stage: change}. A change gets (message, turn) and edits the message in place, or
returns a new one. Stages, in the order of a login:

  metadata   dict            metadata_reply  Reply
  authz      list of pairs   authz_reply     Reply     (parameters of the authorization response)
  token      dict            token_reply     Reply
  header     dict            claims          dict      (of the ID token)
  claims_front, claims_back  dict   (the same, of the one by the browser or the other alone)
  claims_text  str           jws             str       (JSON before, compact form after signing)
  jwks       dict            jwks_reply      Reply
  userinfo   dict            userinfo_reply  Reply
  par        dict            par_reply       Reply     (pushed authorization request)
  logout_reply  Reply

and the settings  alg (what the header says), sign_alg (what signs), key (turn -> Key),
der (ECDSA signature as DER).
"""
import base64
import html
import secrets
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from . import jose
from .web import Reply, Web, json_reply, text_reply

CLAIMS = {
    "profile": {"name": "Demo T. User", "given_name": "Demo", "family_name": "User",
                "middle_name": "Theresa", "nickname": "Dee", "preferred_username": "d.tu",
                "profile": "https://example.com/user", "picture": "https://example.com/p.png",
                "website": "https://example.com", "gender": "female", "birthdate": "2000-02-03",
                "zoneinfo": "Asia/Seoul", "locale": "ko-KR", "updated_at": 1580000000},
    "email": {"email": "user@example.com", "email_verified": False},
    "phone": {"phone_number": "+1 555 5550000", "phone_number_verified": False},
    "address": {"address": {"street_address": "100 Universal City Plaza", "locality": "Hollywood",
                            "region": "CA", "postal_code": "91608", "country": "USA"}},
}


@dataclass
class Call:
    endpoint: str
    request: object
    at: float = field(default_factory=time.monotonic)


@dataclass
class Turn:
    """One login on its way through the provider."""
    issuer: object
    params: dict = field(default_factory=dict)
    code: str = ""
    access_token: str = ""
    id_token: str = ""
    request: object = None
    front: dict = field(default_factory=dict)   # tokens that went through the browser

    @property
    def words(self):
        return set(self.params.get("response_type", "").split())

    def __getattr__(self, name):
        return self.params.get(name)


class Issuer:
    """One provider. Settings may be changed between requests."""

    def __init__(self, server, alias, **settings):
        self.server, self.alias = server, alias
        self.keys = jose.key_set()
        self.client_id = "client_" + secrets.token_hex(4)
        self.client_secret = "CANARY-secret-" + secrets.token_hex(8)
        self.auth = "client_secret_basic"
        self.id_token_alg = "RS256"
        self.iss_parameter = True
        self.sub = "user-subject-1234531"
        self.extra_claims, self.extra_userinfo = {}, {}
        self.client_keys = None     # gives the client's JWKS, for private_key_jwt
        self.assertions = []        # (header, claims) that were accepted
        self.need_pkce = True
        self.response_type = "code"
        self.method = "GET"          # in which authorization requests must come; PAR: pushed
        self.pushed = {}
        self.dpop = None             # "plain", or "nonce": proofs are demanded, with a nonce of ours
        self.token_type = "Bearer"
        self.nonce, self.proofs, self.jkts = "", set(), []
        self.fault = {}
        self.calls, self.complaints = [], []
        self.turns, self.tokens = {}, {}
        self.lock = threading.Lock()
        self.__dict__.update(settings)

    # --- addresses -------------------------------------------------------------------------
    @property
    def url(self):
        return "%s/t/%s/" % (self.server.base, self.alias)

    @property
    def metadata_url(self):
        return self.url + ".well-known/openid-configuration"

    def count(self, endpoint, since=0):
        return sum(1 for c in self.calls[since:] if c.endpoint == endpoint)

    def secrets(self):
        """What may never stand in a log or a page."""
        out = [self.client_secret]
        for turn in self.turns.values():
            out += [turn.code, turn.access_token, turn.id_token,
                    turn.params.get("code_verifier", "")] + list(turn.front.values())
        return [s for s in out if len(s) > 15]

    # --- faults ----------------------------------------------------------------------------
    def apply(self, stage, message, turn=None):
        change = self.fault.get(stage)
        if change is None:
            return message
        out = change(message, turn or Turn(self))
        return message if out is None else out

    def complain(self, text):
        self.complaints.append(text)

    # --- dispatch --------------------------------------------------------------------------
    def answer(self, endpoint, request):
        with self.lock:
            self.calls.append(Call(endpoint, request))
        make = {".well-known/openid-configuration": self.metadata, "authorize": self.authorize,
                "token": self.token, "userinfo": self.userinfo, "jwks": self.jwks,
                "end_session": self.end_session, "par": self.par}.get(endpoint)
        if make is None:
            self.complain("unexpected call of " + endpoint)
            return text_reply("no such endpoint", 404)
        return make(request)

    def metadata(self, request):
        doc = {
            "issuer": self.url,
            "authorization_endpoint": self.url + "authorize",
            "token_endpoint": self.url + "token",
            "userinfo_endpoint": self.url + "userinfo",
            "jwks_uri": self.url + "jwks",
            "end_session_endpoint": self.url + "end_session",
            "scopes_supported": ["openid", "profile", "email", "phone", "address"],
            "response_types_supported": ["code", "id_token code", "token code id_token",
                                         "id_token", "token id_token", "token code"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "grant_types_supported": ["authorization_code", "implicit"],
            "token_endpoint_auth_methods_supported": [self.auth],
            "subject_types_supported": ["public", "pairwise"],
            "id_token_signing_alg_values_supported":
                ["none", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
                 "ES256", "ES256K", "EdDSA"],
            "claims_parameter_supported": True,
        }
        if self.method == "PAR":
            doc["pushed_authorization_request_endpoint"] = self.url + "par"
        if self.iss_parameter:
            doc["authorization_response_iss_parameter_supported"] = True
        doc = self.apply("metadata", doc)
        reply = json_reply(doc) if not isinstance(doc, Reply) else doc
        return self.apply("metadata_reply", reply)

    def jwks(self, request):
        doc = self.apply("jwks", {"keys": [k.jwk() for k in self.keys]})
        reply = json_reply(doc) if not isinstance(doc, Reply) else doc
        return self.apply("jwks_reply", reply)

    # --- authorization endpoint ------------------------------------------------------------
    def authorize(self, request):
        pairs = request.query if request.method == "GET" else request.form
        params = dict(pairs)
        if len(params) != len(pairs):
            self.complain("a parameter of the authorization request came twice")
        if self.method == "PAR":
            if set(params) != {"client_id", "request_uri"}:
                self.complain("more than a reference came by the browser: %r" % sorted(params))
            params = self.pushed.pop(params.get("request_uri", ""), {})
        elif request.method != self.method:
            self.complain("an authorization request by " + request.method)
        self._judge_request(params)
        turn = Turn(self, params, code=secrets.token_urlsafe(24))
        with self.lock:
            self.turns[turn.code] = turn
        answer = [("code", turn.code)] if "code" in turn.words else []
        answer += self._front(turn) + [("state", params.get("state", ""))]
        if self.iss_parameter:
            answer.append(("iss", self.url))
        answer = self.apply("authz", answer, turn)
        return self.apply("authz_reply", self._respond(params, answer), turn)

    def proof(self, request, token=None):
        """None, or why the DPoP proof of a request is not good (RFC 9449 4.3)."""
        proof = request.header("dpop", "")
        if proof.count(".") != 2:
            self.complain("no proof")
            return "invalid_dpop_proof"
        head, claims, jkt = jose.check_proof(proof)
        want = {"htm": request.method, "htu": self.url + request.path.split("/", 3)[3].split("?")[0]}
        for name, value in want.items():
            if claims.get(name) != value:
                self.complain("%s of the proof is %r" % (name, claims.get(name)))
        if head["typ"] != "dpop+jwt" or "d" in head["jwk"] or abs(claims["iat"] - time.time()) > 30:
            self.complain("a proof with an odd header or time")
        if claims["jti"] in self.proofs:
            self.complain("a proof was used twice")
        if token and claims.get("ath") != jose.s256(token):
            self.complain("ath does not fit")
        self.proofs.add(claims["jti"])
        self.jkts.append(jkt)
        if self.dpop == "nonce" and claims.get("nonce") != self.nonce:
            return "use_dpop_nonce"
        return None

    def challenge(self, request, token=None):
        """The reply to a proof that is not good, or None."""
        bad = self.proof(request, token) if self.dpop else None
        if not bad:
            return None
        self.nonce = self.nonce or secrets.token_urlsafe(12)
        headers = [("DPoP-Nonce", self.nonce)]
        if token:
            headers.append(("WWW-Authenticate", 'dPoP error="%s"' % bad))
        reply = json_reply({"error": bad}, 401 if token else 400)
        for name, value in headers:
            reply.set(name, value)
        return self.apply("challenge", reply)

    def par(self, request):
        params = dict(request.form)
        if len(params) != len(request.form):
            self.complain("a parameter of the pushed request came twice")
        bad = self._judge_client(request, params)
        if bad:
            return json_reply({"error": bad}, 401)
        name = "urn:ietf:params:oauth:request_uri:" + secrets.token_urlsafe(12)
        self.pushed[name] = {k: v for k, v in params.items() if k != "client_secret"}
        doc = self.apply("par", {"request_uri": name, "expires_in": 60})
        return self.apply("par_reply", json_reply(doc, 201))

    def _judge_request(self, p):
        words = set(p.get("response_type", "").split())
        if words != set(self.response_type.split()):
            self.complain("response_type %r" % p.get("response_type"))
        if p.get("client_id") != self.client_id:
            self.complain("client_id %r" % p.get("client_id"))
        if "openid" not in p.get("scope", "").split():
            self.complain("scope %r" % p.get("scope"))
        if "#" in p.get("redirect_uri", "#"):
            self.complain("redirect_uri %r" % p.get("redirect_uri"))
        if len(p.get("nonce", "")) > 43 or len(p.get("state", "")) > 128:
            self.complain("nonce or state is too long")
        for name in ("state", "nonce"):
            if len(p.get(name, "")) < 20:
                self.complain("%s is missing or short" % name)
        if self.need_pkce and "code" in words and p.get("code_challenge_method") != "S256":
            self.complain("no PKCE with S256")

    def _front(self, turn):
        """Tokens that go through the browser."""
        out = []
        if "token" in turn.words:
            turn.front["access_token"] = token = secrets.token_hex(25)
            with self.lock:
                self.tokens[token] = turn
            out += [("access_token", token), ("token_type", "Bearer"), ("expires_in", "600")]
        if "id_token" in turn.words:
            turn.front["id_token"] = self.make_id_token(turn, front=True)
            out.append(("id_token", turn.front["id_token"]))
        return out

    @staticmethod
    def _respond(params, answer):
        target = params.get("redirect_uri", "")
        if params.get("response_mode") == "form_post":
            inputs = "".join('<input type="hidden" name="%s" value="%s"/>'
                             % (html.escape(k), html.escape(v)) for k, v in answer)
            page = ('<html><body onload="document.forms[0].submit()"><form method="post" '
                    'enctype="application/x-www-form-urlencoded" action="%s">%s</form></body>'
                    '</html>' % (html.escape(target), inputs))
            return text_reply(page, content_type="text/html; charset=utf-8")
        words = params.get("response_type", "code").split()
        if params.get("response_mode") == "fragment" or words != ["code"]:
            return Reply(302, [("Location", target + "#" + urlencode(answer))])
        joint = "&" if urlsplit(target).query else "?"
        return Reply(302, [("Location", target + joint + urlencode(answer))])

    # --- token endpoint --------------------------------------------------------------------
    def token(self, request):
        pairs = request.form
        params = dict(pairs)
        if len(params) != len(pairs):
            self.complain("a parameter of the token request came twice")
        turn = self.turns.get(params.get("code", "")) or Turn(self)
        turn.request = request
        challenge = self.challenge(request)
        if challenge:
            return challenge
        bad = self._judge_client(request, params) or self._judge_grant(params, turn)
        if bad and "token_reply" not in self.fault:
            return json_reply({"error": bad}, 401 if bad == "invalid_client" else 400)
        turn.access_token = secrets.token_hex(25)
        with self.lock:
            self.tokens[turn.access_token] = turn
            self.tokens.pop(turn.front.get("access_token"), None)   # only the latest is good
        turn.params["code_verifier"] = params.get("code_verifier", "")
        turn.params["used"] = "1"
        doc = {"access_token": turn.access_token, "token_type": self.token_type}
        doc["id_token"] = turn.id_token = self.make_id_token(turn)
        doc = self.apply("token", doc, turn)
        reply = json_reply(doc) if not isinstance(doc, Reply) else doc
        return self.apply("token_reply", reply, turn)

    def _judge_client(self, request, params):
        basic = request.header("authorization", "")
        if self.auth == "client_secret_basic":
            if not basic.startswith("Basic ") or "client_secret" in params:
                self.complain("client authentication: not only client_secret_basic")
                return "invalid_client"
            halves = base64.b64decode(basic[6:]).decode().split(":")
            if [unquote_plus(h) for h in halves] != [self.client_id, self.client_secret]:
                self.complain("client authentication: wrong id or secret (form-encoded?)")
                return "invalid_client"
            return None
        if self.auth in ("client_secret_jwt", "private_key_jwt") and not basic:
            return self._judge_assertion(params)
        if basic:
            self.complain("client authentication: Authorization was sent as well")
            return "invalid_client"
        want = self.client_secret if self.auth == "client_secret_post" else None
        if params.get("client_id") != self.client_id or params.get("client_secret") != want:
            self.complain("client authentication: wrong id or secret in the body")
            return "invalid_client"
        return None

    def _judge_assertion(self, params):
        """RFC 7523 3: by the client, for us alone, short, new, signed with its key."""
        try:
            header, claims = jose.decode(params["client_assertion"])
            if self.auth == "client_secret_jwt":
                good = header["alg"] == "HS256" and \
                    jose.verifies(params["client_assertion"], jose.oct_key(self.client_secret).jwk())
            else:
                good = any(jose.verifies(params["client_assertion"], key) for key in self.client_keys()["keys"]
                           if key["kid"] == header["kid"] and key.get("use") == "sig")
            now = time.time()
            good = good and claims["iss"] == claims["sub"] == params["client_id"] == self.client_id \
                and claims["aud"] == self.url and now < claims["exp"] < now + 300 and claims["iat"] <= now + 2 \
                and claims["jti"] not in [c["jti"] for _, c in self.assertions] \
                and "client_secret" not in params and params["client_assertion_type"] == jose.ASSERTION_TYPE
        except (KeyError, ValueError) as e:
            self.complain("client assertion: %r" % e)
            return "invalid_client"
        if not good:
            self.complain("client assertion: refused, %r %r" % (header, claims))
            return "invalid_client"
        self.assertions.append((header, claims))
        return None

    def _judge_grant(self, params, turn):
        if params.get("grant_type") != "authorization_code":
            return "unsupported_grant_type"
        if not turn.code or turn.params.get("used"):
            self.complain("token request with an unknown or used code")
            return "invalid_grant"
        if params.get("redirect_uri") != turn.params.get("redirect_uri"):
            self.complain("redirect_uri differs at the token endpoint")
            return "invalid_grant"
        challenge = turn.params.get("code_challenge")
        if challenge and jose.s256(params.get("code_verifier", "")) != challenge:
            self.complain("code_verifier does not fit")
            return "invalid_grant"
        return None

    def make_id_token(self, turn, front=False):
        now = int(time.time())
        claims = {"iss": self.url, "sub": self.sub, "aud": self.client_id, "iat": now,
                  "exp": now + 300}
        if turn.params.get("nonce"):
            claims["nonce"] = turn.params["nonce"]
        if turn.params.get("max_age"):
            claims["auth_time"] = now
        token = turn.front.get("access_token") if front else turn.access_token
        if token:
            claims["at_hash"] = jose.half_hash(token)
        if front and "code" in turn.words:
            claims["c_hash"] = jose.half_hash(turn.code)
        claims.update(self.extra_claims)
        claims = self.apply("claims", claims, turn)
        claims = self.apply("claims_front" if front else "claims_back", claims, turn)
        text = claims if isinstance(claims, (str, bytes)) else jose.dumps(claims)
        text = self.apply("claims_text", text, turn)
        alg = self.fault.get("alg", self.id_token_alg)
        sign_alg = self.fault.get("sign_alg", alg)
        key = self.fault["key"](turn) if "key" in self.fault else self.signing_key(sign_alg)
        header = {"alg": alg}
        if key.kid:
            header["kid"] = key.kid
        header = self.apply("header", header, turn)
        jws = jose.sign_compact(key, header, text, sign_alg, self.fault.get("der", False))
        return self.apply("jws", jws, turn)

    def signing_key(self, alg):
        if alg == "none":
            return jose.Key(b"", "oct")
        if alg.startswith("HS"):
            return jose.oct_key(self.client_secret, kid=None)
        return jose.pick(self.keys, alg)

    # --- userinfo, logout ------------------------------------------------------------------
    def userinfo(self, request):
        bearer = request.header("authorization", "")
        token = bearer[7:] if bearer.startswith("Bearer ") else dict(request.form).get(
            "access_token", "")
        if self.dpop and self.token_type.lower() == "dpop":
            token = bearer[5:] if bearer.startswith("DPoP ") else ""
            challenge = self.challenge(request, token)
            if challenge:
                return challenge
        turn = self.tokens.get(token)
        if turn is None:
            self.complain("userinfo with an unknown token")
            return Reply(401, [("WWW-Authenticate", 'Bearer error="invalid_token"')])
        doc = {"sub": self.sub}
        for scope in turn.params.get("scope", "").split():
            doc.update(CLAIMS.get(scope, {}))
        doc.update(self.extra_userinfo)
        doc = self.apply("userinfo", doc, turn)
        reply = json_reply(doc) if not isinstance(doc, Reply) else doc
        return self.apply("userinfo_reply", reply, turn)

    def end_session(self, request):
        params = dict(request.query if request.method == "GET" else request.form)
        issued = [t.id_token for t in self.turns.values()]
        issued += [t.front.get("id_token") for t in self.turns.values()]
        if params.get("id_token_hint") and params["id_token_hint"] not in issued:
            self.complain("id_token_hint is not a token of ours")
        target = params.get("post_logout_redirect_uri", "")
        if not target:
            return text_reply("You are logged out at the provider.")
        if params.get("state"):
            target += ("&" if "?" in target else "?") + urlencode({"state": params["state"]})
        return self.apply("logout_reply", Reply(302, [("Location", target)]))


class Op:
    """The server that holds the issuers."""

    def __init__(self, tls=None, host="127.0.0.1", port=0):
        self.issuers, self.host, self.tls = {}, host, tls
        self.web = Web(self._answer, tls, port=port)
        self.stray = []

    @property
    def base(self):
        return "%s://%s:%d" % ("https" if self.tls else "http", self.host, self.web.port)

    def issuer(self, alias, **settings):
        self.issuers[alias] = Issuer(self, alias, **settings)
        return self.issuers[alias]

    def _answer(self, request):
        parts = request.path.split("/", 3)
        if len(parts) == 4 and parts[1] == "t" and parts[2] in self.issuers:
            return self.issuers[parts[2]].answer(parts[3], request)
        self.stray.append(request)
        return text_reply("nothing here", 404)

    def restart(self):
        """After close(): listen again on the same port, with the same issuers."""
        self.web = Web(self._answer, self.tls, port=self.web.port)

    def close(self):
        self.web.close()


def form_of(page):
    """Action and fields of a self-submitting form page."""
    import re
    action = html.unescape(re.search(r'action="([^"]*)"', page).group(1))
    fields = [(html.unescape(a), html.unescape(b))
              for a, b in re.findall(r'name="([^"]*)" value="([^"]*)"', page)]
    return action, fields


def query_of(url):
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
