# SPDX-License-Identifier: Apache-2.0
"""An application that knows nothing of OpenID Connect: it shows the headers that httpd sent."""
from html import escape

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>FastAPI</title><link rel="stylesheet" href="/style.css"></head>
<body>
<h1>A FastAPI application</h1>
<table>
{rows}
</table>
<p><a href="/">Back</a></p>
</body>
</html>
"""


def claims(request: Request) -> dict[str, str]:
    """The claim headers; header bytes are UTF-8."""
    return {
        name.decode("ascii"): value.decode("utf-8")
        for name, value in sorted(request.headers.raw)
        if name.startswith(b"oidc_claim_")
    }


@app.get("/api/me")
def me(request: Request) -> JSONResponse:
    return JSONResponse(claims(request))


@app.get("/api/")
def page(request: Request) -> HTMLResponse:
    rows = "\n".join(
        f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value in claims(request).items()
    )
    return HTMLResponse(PAGE.format(rows=rows))
