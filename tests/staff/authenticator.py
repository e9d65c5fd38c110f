"""Second steps for tests: an authenticator made of software, and an app set up through the pages."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from base64 import b32decode
from dataclasses import dataclass, field

import httpx2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from okienko.staff.second.passkeys import encode
from okienko.staff.second.totp import code_of, step_at
from tests.desk_world import World, csrf

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One passkey. Its fields may be spoilt, to see that it is noticed."""

    origin: str = "http://localhost:8700"
    host: str = "localhost"
    flags: int = PRESENT | VERIFIED
    counter: int = 0
    cross: bool | None = None
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def register(self, challenge: str, *, kind: str = "webauthn.create", named: bytes | None = None) -> str:
        """The answer to `navigator.credentials.create`."""
        named = self.credential if named is None else named
        attested = bytes(16) + len(named).to_bytes(2, "big") + named + b"a COSE key that nobody reads"
        public = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return _pack(
            credential=self.credential,
            clientData=self._client(kind, challenge),
            authenticatorData=self._data(self.flags | ATTESTED) + attested,
            publicKey=public,
        )

    def sign(self, challenge: str, *, kind: str = "webauthn.get") -> str:
        """The answer to `navigator.credentials.get`."""
        client, data = self._client(kind, challenge), self._data(self.flags)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ECDSA(SHA256()))
        return _pack(credential=self.credential, clientData=client, authenticatorData=data, signature=signature)

    def _client(self, kind: str, challenge: str) -> bytes:
        said: dict[str, object] = {"type": kind, "challenge": challenge, "origin": self.origin}
        if self.cross is not None:
            said["crossOrigin"] = self.cross
        return json.dumps(said).encode()

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")


def _pack(**fields: bytes) -> str:
    return json.dumps({name: encode(value) for name, value in fields.items()})


async def set_up_app(browser: httpx2.AsyncClient, world: World) -> bytes:
    """Sets an app up as a person does; its seed. The step of now is used."""
    page = (await browser.get("/desk/account/app")).text
    secret = re.search(r'<code class="link">([A-Z2-7 ]+)</code>', page)
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)
    assert secret is not None
    assert sealed is not None
    assert "<svg" in page
    seed = b32decode(secret[1].replace(" ", ""))
    form = {"csrf": csrf(page), "sealed": sealed[1], "code": code_of(seed, step_at(world.at))}
    answer = await browser.post("/desk/account/app", data=form)
    assert answer.status_code in {200, 303}, answer.text
    return seed
