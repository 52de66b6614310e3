# SPDX-License-Identifier: Apache-2.0
"""The FastAPI application of the tests, behind mod_proxy: prints the headers it was given."""
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

app = FastAPI()


@app.get("/api/{rest:path}")
async def whoami(request: Request):
    env = {k.decode("latin-1"): v.decode("utf-8", "replace") for k, v in request.headers.raw}
    return JSONResponse({"mark": "PROTECTED-CONTENT", "env": env})
