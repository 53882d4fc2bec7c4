"""An OpenID Connect provider on a port of its own, strict itself, each of whose answers a test can change."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.dashboard.oidc.jose import Rsa, Signer, b64, token
from tests.dashboard.oidc.signing_in import CLIENT_ID, CLIENT_SECRET, NOW
from tests.serving import running

Answer = Callable[[Request], Awaitable[Response]]

METADATA = "/.well-known/openid-configuration"
KEYS = "/keys"
TOKEN = "/token"
USERINFO = "/userinfo"
ACCESS_TOKEN = "an-access-token"
KEY = Rsa()


class Hostile:
    """What it says; a member that is None is left out.

    instead    answers by path, in place of the right ones
    asked      the paths that were asked for, in order
    """

    def __init__(self) -> None:
        self.issuer = ""
        self.client = (CLIENT_ID, CLIENT_SECRET)
        self.metadata: dict[str, Any] = {}
        self.keys: list[dict[str, Any]] = [KEY.jwk(kid="one", use="sig", alg="RS256")]
        self.header: dict[str, Any] = {"kid": "one"}
        self.signer: Signer = KEY
        self.claims: dict[str, Any] = {"groups": ["ops"], "name": "Ann", "email": "ann@id.example"}
        self.userinfo: dict[str, Any] = {"sub": "248289761001"}
        self.instead: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.given: dict[str, Any] = {}
        self._begun: dict[str, Mapping[str, str]] = {}

    def authorize(self, url: str) -> dict[str, str]:
        """What the browser brings back, after somebody has signed in at this address."""
        asked = dict(parse_qsl(urlsplit(url).query))
        code = token_urlsafe()
        self._begun[code] = asked
        return {"code": code, "state": asked["state"]}

    async def answer(self, request: Request) -> Response:
        path = request.url.path
        self.asked.append(path)
        right: dict[str, Answer] = {
            METADATA: self._metadata,
            KEYS: self._keys,
            TOKEN: self._token,
            USERINFO: self._userinfo,
        }
        return await {**right, **self.instead}[path](request)

    async def _metadata(self, _: Request) -> Response:
        base = self.issuer.rstrip("/")
        own = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": base + TOKEN,
            "jwks_uri": base + KEYS,
            "userinfo_endpoint": base + USERINFO,
        }
        return _json({**own, **self.metadata})

    async def _keys(self, _: Request) -> Response:
        return JSONResponse({"keys": self.keys})

    async def _token(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        if not self._knows_the_secret(request, form):
            return JSONResponse({"error": "invalid_client"}, 401)
        # A code is used once.
        begun = self._begun.pop(form["code"], None)
        if (
            begun is None
            or form["redirect_uri"] != begun["redirect_uri"]
            or _challenge(form) != begun["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant", "error_description": "no such code"}, 400)
        claims = {
            "iss": self.issuer,
            "sub": "248289761001",
            "aud": self.client[0],
            "exp": NOW + 300,
            "iat": NOW,
            "nonce": begun["nonce"],
            "at_hash": b64(sha256(ACCESS_TOKEN.encode()).digest()[:16]),
        }
        signed = token(self.header, _without_none({**claims, **self.claims}), self.signer)
        return _json({"access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": signed, **self.given})

    async def _userinfo(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {ACCESS_TOKEN}":
            return JSONResponse({"error": "invalid_token"}, 401)
        return _json(self.userinfo)

    def _knows_the_secret(self, request: Request, form: Mapping[str, str]) -> bool:
        """RFC 6749, section 2.3.1: one of the two ways, never both."""
        pair = ":".join(map(quote_plus, self.client)).encode()
        basic = request.headers.get("authorization") == f"Basic {base64.b64encode(pair).decode()}"
        return basic != ((form.get("client_id"), form.get("client_secret")) == self.client)


def _without_none(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _json(members: Mapping[str, Any]) -> Response:

    return JSONResponse(_without_none(members))


def _challenge(form: Mapping[str, str]) -> str:
    return b64(sha256(form["code_verifier"].encode()).digest())


def status(code: int, body: Any = None) -> Answer:
    async def answer(_: Request) -> Response:
        return JSONResponse({} if body is None else body, code)

    return answer


def text(content: str) -> Answer:
    async def answer(_: Request) -> Response:
        return PlainTextResponse(content)

    return answer


async def elsewhere(request: Request) -> Response:
    return RedirectResponse(str(request.url), 307)


async def endless(_: Request) -> Response:
    async def spaces() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65_536
            await asyncio.sleep(0)  # lets the end of the connection be noticed

    return StreamingResponse(spaces())


async def never(request: Request) -> Response:
    """No answer for as long as somebody waits for it."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


@contextmanager
def hostile_provider() -> Iterator[Hostile]:
    provider = Hostile()
    app = Starlette(routes=[Route("/{path:path}", provider.answer, methods=["GET", "POST"])])
    with running(app) as port:
        provider.issuer = f"http://127.0.0.1:{port}"
        yield provider
