# SPDX-License-Identifier: Apache-2.0
"""A relying party made with Authlib's Starlette client and FastAPI.

Environment: RP_METADATA, RP_CLIENT_ID, RP_CLIENT_SECRET, RP_AUTH, RP_BASE.
"""
import os
from urllib.parse import urlencode

from authlib.integrations.starlette_client import OAuth
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.middleware.sessions import SessionMiddleware

BASE = os.environ["RP_BASE"]
app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key=os.urandom(16).hex(), session_cookie="authlib_rp")
oauth = OAuth()
oauth.register("op", server_metadata_url=os.environ["RP_METADATA"],
               client_id=os.environ["RP_CLIENT_ID"],
               client_secret=os.environ.get("RP_CLIENT_SECRET") or None,
               token_endpoint_auth_method=os.environ["RP_AUTH"],
               client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"})


@app.get("/login")
async def login(request: Request):
    return await oauth.op.authorize_redirect(request, BASE + "/callback")


@app.get("/callback")
async def callback(request: Request):
    token = await oauth.op.authorize_access_token(request)
    info = await oauth.op.userinfo(token=token)
    request.session["claims"] = dict(token["userinfo"])
    request.session["info"] = dict(info)
    request.session["hint"] = token["id_token"]
    return RedirectResponse(BASE + "/me")


@app.get("/me")
async def me(request: Request):
    if "claims" not in request.session:
        return JSONResponse({"error": "anonymous"}, 401)
    return {"claims": request.session["claims"], "info": request.session["info"]}


@app.get("/logout")
async def logout(request: Request):
    hint = request.session.pop("hint", None)
    request.session.clear()
    metadata = await oauth.op.load_server_metadata()
    return RedirectResponse(metadata["end_session_endpoint"] + "?" + urlencode(
        {"id_token_hint": hint, "post_logout_redirect_uri": BASE + "/bye", "state": "s1"}))


@app.get("/bye")
async def bye(request: Request):
    return {"bye": True, "state": request.query_params.get("state")}
