"""Signed claims for vendors: JSON Web Tokens (RFC 7519) by ES256 or RS256 (RFC 7518, section 3). Pure."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping

import orjson
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

Key = EllipticCurvePrivateKey | RSAPrivateKey


def read_key(pem: str) -> Key | None:
    """A private key of PEM, on the curve P-256 or of RSA; None when it is none."""
    try:
        key = load_pem_private_key(pem.strip().encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # no key; one that wants a password; one of another kind
        return None
    if isinstance(key, EllipticCurvePrivateKey):
        return key if isinstance(key.curve, SECP256R1) else None
    return key if isinstance(key, RSAPrivateKey) else None


def write_token(key: Key, claims: Mapping[str, str | int], *, key_id: str | None = None) -> str:
    """The claims, signed as the key signs: ES256, where the signature is r and s, 32 bytes each, or RS256."""
    algorithm = "ES256" if isinstance(key, EllipticCurvePrivateKey) else "RS256"
    header = {"alg": algorithm, "typ": "JWT"} | ({} if key_id is None else {"kid": key_id})
    signed = f"{_encode(orjson.dumps(header))}.{_encode(orjson.dumps(dict(claims)))}"
    if isinstance(key, EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(signed.encode(), ECDSA(SHA256())))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    else:
        signature = key.sign(signed.encode(), PKCS1v15(), SHA256())
    return f"{signed}.{_encode(signature)}"


def _encode(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
