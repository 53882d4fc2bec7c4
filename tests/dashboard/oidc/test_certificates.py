"""A provider behind TLS: only certificates of authorities that are trusted will do."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme

from notifyhub.errors import SettingsError
from notifyhub_api.dashboard.oidc import OidcSignInRefused, Provider
from tests.dashboard.oidc.hostile import KEY, METADATA
from tests.dashboard.oidc.signing_in import begun, settings_for

AUTHORITY = trustme.CA()


@pytest.fixture
def issuer() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            metadata = {"issuer": own, **{name: f"{own}/{name}" for name in names}}
            body = json.dumps(metadata if self.path == METADATA else {"keys": [KEY.jwk(kid="one")]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        own = f"https://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield own
        server.shutdown()
        thread.join()


def test_an_authority_of_your_own_is_trusted_if_the_setting_names_it(issuer: str, tmp_path: Path) -> None:
    file = tmp_path / "authority.pem"
    AUTHORITY.cert_pem.write_to_path(str(file))

    assert begun(Provider(settings_for(issuer, ca_file=file))).url.startswith(f"{issuer}/authorization_endpoint?")


def test_a_certificate_of_an_unknown_authority_is_refused(issuer: str) -> None:
    with pytest.raises(OidcSignInRefused, match="CERTIFICATE_VERIFY_FAILED"):
        begun(Provider(settings_for(issuer)))


def test_a_file_without_certificates_is_named_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "authority.pem"
    file.write_text("nothing")

    with pytest.raises(SettingsError, match=r"authority\.pem is not a PEM file of certificates"):
        Provider(settings_for("https://id.example", ca_file=file))
