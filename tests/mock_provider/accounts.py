"""A made-up Google service account, and the check of what is signed with it."""

import base64
import time
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

SCOPE = "https://www.googleapis.com/auth/cloud-platform"


def service_account(token_uri: str) -> dict[str, str]:
    """Return the content of a service account file whose tokens are made at `token_uri`."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return {
        "type": "service_account",
        "project_id": "mock-project",
        "private_key_id": "mock-key-1",
        "private_key": pem,
        "client_email": "bar@mock-project.iam.gserviceaccount.com",
        "client_id": "1234567890",
        "token_uri": token_uri,
    }


def fault_of_assertion(assertion: str, account: dict[str, Any]) -> str | None:
    """Return what is wrong with a signed JWT, or `None` when it is good."""
    try:
        head, claims, signature = assertion.split(".")
        header, said = (msgspec.json.decode(_unpad(part)) for part in (head, claims))
        key = load_pem_private_key(account["private_key"].encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        key.public_key().verify(
            _unpad(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), SHA256()
        )
    except (ValueError, InvalidSignature, msgspec.DecodeError):
        return "Invalid JWT Signature."
    if header.get("alg") != "RS256":
        return "Invalid JWT: only RS256 is supported."
    if said.get("iss") != account["client_email"] or SCOPE not in said.get("scope", "").split():
        return "Invalid grant: account or scope not found"
    lifetime = said.get("exp", 0) - said.get("iat", 0)
    if not 0 < lifetime <= 3600 or abs(said["iat"] - time.time()) > 300:
        return "Invalid JWT: Token must be a short-lived token (60 minutes)"
    return None


def _unpad(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
