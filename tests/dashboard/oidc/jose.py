"""Keys and signatures of a provider, made from RFC 7515 and 7518: they share no code with what checks them."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Signer(Protocol):
    algorithm: str

    def sign(self, content: bytes) -> bytes: ...


class Rsa:
    """Signs with RS256."""

    algorithm = "RS256"

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(65537, 2048)

    def sign(self, content: bytes) -> bytes:
        return self._key.sign(content, padding.PKCS1v15(), SHA256())

    def jwk(self, **more: Any) -> dict[str, Any]:
        numbers = self._key.public_key().public_numbers()
        written = {"n": b64(numbers.n.to_bytes(256, "big")), "e": b64(numbers.e.to_bytes(3, "big"))}
        return {"kty": "RSA", **written, **more}

    @property
    def pem(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


class Ec:
    """Signs with ES256."""

    algorithm = "ES256"

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    def sign(self, content: bytes) -> bytes:
        pair = decode_dss_signature(self._key.sign(content, ec.ECDSA(SHA256())))
        return b"".join(number.to_bytes(32, "big") for number in pair)

    def jwk(self, **more: Any) -> dict[str, Any]:
        numbers = self._key.public_key().public_numbers()
        written = {"x": b64(numbers.x.to_bytes(32, "big")), "y": b64(numbers.y.to_bytes(32, "big"))}
        return {"kty": "EC", "crv": "P-256", **written, **more}


class Shared:
    """Signs with HS256: the attack that takes a public text for the secret."""

    algorithm = "HS256"

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def sign(self, content: bytes) -> bytes:
        return hmac.digest(self._secret, content, "sha256")


class Nobody:
    """Does not sign."""

    algorithm = "none"

    def sign(self, content: bytes) -> bytes:
        return b""


def token(header: Mapping[str, Any], claims: Mapping[str, Any], signer: Signer) -> str:
    parts = [b64(json.dumps(part).encode()) for part in ({"alg": signer.algorithm, **header}, claims)]
    return ".".join([*parts, b64(signer.sign(".".join(parts).encode()))])
