# SPDX-License-Identifier: Apache-2.0
"""An OpenID Provider made with Authlib and Flask.

authlib_op.py PORT: reads {"clients": [...], "users": {...}} from stdin, listens on loopback.
"""
import json
import os
import sys
import time

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token  # noqa: E402
from authlib.oauth2.rfc6749 import ClientMixin, grants  # noqa: E402
from authlib.oauth2.rfc6750 import BearerTokenValidator  # noqa: E402
from authlib.oauth2.rfc7636 import CodeChallenge  # noqa: E402
from authlib.oidc.core import UserInfo  # noqa: E402
from authlib.oidc.core.grants import OpenIDCode as _OpenIDCode  # noqa: E402
from flask import Flask, jsonify, request, session  # noqa: E402
from joserfc.jwk import ECKey  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

port = int(sys.argv[1])
setup = json.load(sys.stdin)
issuer = "http://127.0.0.1:%d" % port
key = ECKey.generate_key("P-256", {"kid": "authlib-1", "use": "sig"})
codes, tokens = {}, {}


class Record:
    def __init__(self, **members):
        self.__dict__.update(members)


class Client(ClientMixin):
    def __init__(self, doc):
        self.doc, self.client_id = doc, doc["client_id"]

    def get_client_id(self):
        return self.client_id

    def get_default_redirect_uri(self):
        return self.doc["redirect_uris"][0]

    def get_allowed_scope(self, scope):
        return " ".join(s for s in scope.split() if s in ("openid", "profile", "email"))

    def check_redirect_uri(self, uri):
        return uri in self.doc["redirect_uris"]

    def check_client_secret(self, secret):
        return secret == self.doc.get("client_secret")

    def check_endpoint_auth_method(self, method, endpoint):
        return method == self.doc["token_endpoint_auth_method"]

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type == "authorization_code"


class Code(Record):
    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope

    def get_nonce(self):
        return self.nonce

    def get_auth_time(self):
        return self.auth_time

    def get_acr(self):
        return None

    def get_amr(self):
        return None


class Token(Record):
    def get_scope(self):
        return self.scope

    def is_expired(self):
        return time.time() > self.until

    def is_revoked(self):
        return False


clients = {c["client_id"]: Client(c) for c in setup["clients"]}


def user_info(user, scope):
    claims = {"sub": user}
    if "profile" in scope:
        claims.update(setup["users"][user])
    return UserInfo(claims)


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]

    def save_authorization_code(self, code, request):
        data = request.payload.data
        codes[code] = Code(code=code, client_id=request.client.client_id,
                           redirect_uri=request.payload.redirect_uri, scope=request.payload.scope,
                           user=request.user, nonce=data.get("nonce"), auth_time=int(time.time()),
                           code_challenge=data.get("code_challenge"),
                           code_challenge_method=data.get("code_challenge_method"))

    def query_authorization_code(self, code, client):
        found = codes.get(code)
        return found if found and found.client_id == client.client_id else None

    def delete_authorization_code(self, authorization_code):
        codes.pop(authorization_code.code, None)

    def authenticate_user(self, authorization_code):
        return authorization_code.user


class OpenIDCode(_OpenIDCode):
    def exists_nonce(self, nonce, request):
        return False

    def resolve_client_private_key(self, client):
        return key

    def get_client_algorithm(self, client):
        return "ES256"

    def get_client_claims(self, client):
        return {"iss": issuer, "exp": int(time.time()) + 300}

    def get_encode_header(self, client):
        return {"alg": "ES256", "kid": key.kid}

    def generate_user_info(self, user, scope):
        return user_info(user, scope)


class Validator(BearerTokenValidator):
    def authenticate_token(self, token_string):
        return tokens.get(token_string)


def save_token(token, request):
    tokens[token["access_token"]] = Token(user=request.user, scope=token.get("scope", ""),
                                          until=time.time() + token.get("expires_in", 600))


app = Flask(__name__)
app.secret_key = os.urandom(16)
server = AuthorizationServer(app, query_client=clients.get, save_token=save_token)
server.register_grant(CodeGrant, [OpenIDCode(require_nonce=False), CodeChallenge(required=True)])
protect = ResourceProtector()
protect.register_token_validator(Validator())


@app.get("/.well-known/openid-configuration")
def metadata():
    return jsonify({
        "issuer": issuer, "authorization_endpoint": issuer + "/authorize",
        "token_endpoint": issuer + "/token", "userinfo_endpoint": issuer + "/userinfo",
        "jwks_uri": issuer + "/jwks", "response_types_supported": ["code"],
        "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported":
            ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"]})


@app.get("/jwks")
def jwks():
    return jsonify({"keys": [key.as_dict(private=False)]})


@app.route("/authorize", methods=["GET", "POST"])
def authorize():
    if request.method == "POST":
        user = request.form.get("user")
        if user not in setup["users"]:
            return "unknown user", 401
        session["user"] = user
    user = session.get("user")
    grant = server.get_consent_grant(end_user=user)
    if not user:
        return '<form method="post"><input name="user"><input type="submit"></form>'
    return server.create_authorization_response(grant=grant, grant_user=user)


@app.post("/token")
def token():
    return server.create_token_response()


@app.route("/userinfo", methods=["GET", "POST"])
@protect("openid")
def userinfo():
    return jsonify(user_info(current_token.user, current_token.scope))


make_server("127.0.0.1", port, app, threaded=True).serve_forever()
