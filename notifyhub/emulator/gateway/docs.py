"""The gateway's documentation: an OpenAPI document and Swagger UI, at the paths of the real ones.

Title, version, server, path and operation are those of the published document; the error schemas are the emulator's
own.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from notifyhub.emulator.shared.wire import HTML, Answer

# The package has one copy of Swagger UI, with the REST service, which uses it too.
ASSETS = files("notifyhub_api").joinpath("assets")
JAVASCRIPT = b"text/javascript; charset=utf-8"
TYPES = {"swagger-ui.css": b"text/css; charset=utf-8", "swagger-ui-bundle.js": JAVASCRIPT}
START = b'SwaggerUIBundle({ url: "openapi.json", dom_id: "#page", deepLinking: true, validatorUrl: null });\n'
# Swagger UI shows its icons as data URLs.
POLICY = b"default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'self'; style-src 'self'"
PAGE = b"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Probe Server</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<script defer src="docs/swagger-ui-bundle.js"></script>
<script defer src="docs/start.js"></script>
</head>
<body><div id="page"></div></body>
</html>
"""


def docs_page(path: str) -> Answer | None:
    """The page, the document or an asset at `path`, if there is one."""
    if path == "docs":
        headers = ((b"content-security-policy", POLICY), (b"x-content-type-options", b"nosniff"))
        return Answer(status=200, body=PAGE, content_type=HTML, headers=headers)
    if path == "openapi.json":
        return Answer(status=200, body=orjson.dumps(DOCUMENT))
    folder, _, name = path.rpartition("/")
    return _asset(name) if folder == "docs" else None


def _asset(name: str) -> Answer | None:
    if name == "start.js":
        return Answer(status=200, body=START, content_type=JAVASCRIPT)
    return Answer(status=200, body=_read(name), content_type=TYPES[name]) if name in TYPES else None


@cache
def _read(name: str) -> bytes:
    return ASSETS.joinpath(name).read_bytes()


def _json(description: str, schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, "content": content}


_INT64 = {"type": "integer", "format": "int64"}
_FAILURES = {"400": "Bad id, phone or text", "401": "Token missing, wrong or expired"}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.1",
    "info": {"title": "Probe Server", "version": "1.0.0"},
    # Relative to this document, so that it works wherever the emulator is mounted.
    "servers": [{"url": "v1"}],
    "tags": [{"name": "send"}],
    "paths": {
        "/send/{msgId}": {
            "post": {
                "tags": ["send"],
                "operationId": "sendMsg",
                "summary": "Send one message to one subscriber",
                "parameters": [{"name": "msgId", "in": "path", "required": True, "schema": _INT64}],
                "requestBody": {"required": True} | {"content": _json("", "Msg")["content"]},
                "responses": {
                    "200": _json("Accepted", "SendResponse"),
                    **{status: _json(text, "SendResponse") for status, text in _FAILURES.items()},
                },
                "security": [{"bearer": []}],
            }
        }
    },
    "components": {
        "schemas": {
            "Msg": {
                "type": "object",
                "required": ["id", "phone", "text"],
                "properties": {"id": _INT64, "phone": _INT64, "text": {"type": "string"}},
            },
            "SendResponse": {
                "type": "object",
                "properties": {"code": {"type": "integer", "format": "int32"}, "message": {"type": "string"}},
            },
        },
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
    },
}
