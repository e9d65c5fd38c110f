"""One-time codes, passkeys and recovery codes as plain functions: the standards' own examples, and what is spoilt."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from okienko.staff.rules import must_enrol, name_browser
from okienko.staff.second.passkeys import (
    NewPasskey,
    PasskeyRefused,
    Site,
    check_assertion,
    decode,
    encode,
    find_site,
    read_answer,
    read_challenge,
    read_registration,
)
from okienko.staff.second.recovery import CODES, RANDOM, make_codes, read_code
from okienko.staff.second.totp import PERIOD, code_of, find_step, spell, step_at, write_uri
from tests.staff.authenticator import PRESENT, Authenticator

RFC = b"12345678901234567890"


# one-time codes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_examples_of_rfc_6238(seconds: int, code: str) -> None:
    """Appendix B, SHA-1; the last six of its eight digits."""
    now = datetime.fromtimestamp(seconds, UTC)
    assert code_of(RFC, step_at(now)) == code
    assert find_step(RFC, f"{code[:3]} {code[3:]}", now, after=0) == seconds // PERIOD


def test_only_the_secret_of_a_seed_counts() -> None:
    assert code_of(RFC + b"what else was wrapped", 1) == code_of(RFC, 1)


@given(
    seed=st.binary(min_size=20, max_size=32),
    at=st.integers(min_value=1_700_000_000, max_value=2_400_000_000),
    away=st.integers(min_value=-5, max_value=5),
)
def test_a_code_is_good_for_one_step_before_and_after(seed: bytes, at: int, away: int) -> None:
    now = datetime.fromtimestamp(at, UTC)
    step = step_at(now) + away
    found = find_step(seed, code_of(seed, step), now, after=0)
    near = {code_of(seed, step_at(now) + n): n for n in (-1, 0, 1)}
    assert (found is not None) == (code_of(seed, step) in near)


def test_a_used_step_is_refused() -> None:
    now = datetime(2026, 9, 21, 9, 0, tzinfo=UTC)
    step = step_at(now)
    code = code_of(RFC, step)
    assert find_step(RFC, code, now, after=step - 1) == step
    assert find_step(RFC, code, now, after=step) is None
    later = now + timedelta(seconds=PERIOD)
    assert find_step(RFC, code, later, after=step) is None, "and an earlier one after a later one, too"
    assert find_step(RFC, code_of(RFC, step - 1), now, after=step) is None


def test_the_secret_as_apps_read_it() -> None:
    assert spell(RFC).replace(" ", "") == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert write_uri(RFC, login="ola@okienko.example", issuer="okienko (desk.example)") == (
        "otpauth://totp/okienko%20%28desk.example%29%3Aola%40okienko.example"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=okienko%20%28desk.example%29"
    )


# recovery codes --------------------------------------------------------------------------------------------------


@given(st.binary(min_size=RANDOM, max_size=RANDOM))
def test_recovery_codes_are_told_apart_and_read_as_they_are_typed(random: bytes) -> None:
    codes = make_codes(random)
    parts = [read_code(code) for code in codes]
    assert len({selector for selector, _ in parts}) == CODES == len(codes)
    for code, part in zip(codes, parts, strict=True):
        assert read_code(f" {code.upper().replace('-', ' ')} ") == part
        assert len(part[1]) == 12


# passkeys --------------------------------------------------------------------------------------------------------

SITE = Site(origin="http://localhost:8700", host="localhost")
CHALLENGE = b"c" * 32


def register(authenticator: Authenticator, **how: object) -> NewPasskey:
    answer = read_answer(authenticator.register(encode(CHALLENGE), **how))  # pyright: ignore[reportArgumentType]
    assert read_challenge(answer) == CHALLENGE
    return read_registration(SITE, CHALLENGE, answer)


def test_a_passkey_is_registered_and_signs() -> None:
    authenticator = Authenticator()
    passkey = register(authenticator)
    assert passkey.credential == authenticator.credential
    assert check_assertion(SITE, CHALLENGE, read_answer(authenticator.sign(encode(CHALLENGE))), passkey) == 0
    authenticator.counter = 7
    assert check_assertion(SITE, CHALLENGE, read_answer(authenticator.sign(encode(CHALLENGE))), passkey) == 7


SPOILT = [
    ({"origin": "https://evil.example"}, "on another site"),
    ({"origin": "http://localhost:8701"}, "on another site"),
    ({"cross": True}, "on another site"),
    ({"host": "evil.example"}, "for another site"),
    ({"flags": PRESENT}, "not verified"),
    ({"flags": 0x04}, "not verified"),
]


@pytest.mark.parametrize(("spoilt", "says"), SPOILT)
def test_what_another_site_or_a_stranger_would_send(spoilt: dict[str, object], says: str) -> None:
    honest = Authenticator()
    passkey = register(honest)
    for name, value in spoilt.items():
        setattr(honest, name, value)
    with pytest.raises(PasskeyRefused, match=says):
        register(honest)
    with pytest.raises(PasskeyRefused, match=says):
        check_assertion(SITE, CHALLENGE, read_answer(honest.sign(encode(CHALLENGE))), passkey)


def test_an_answer_is_for_one_challenge_and_one_question() -> None:
    honest = Authenticator()
    passkey = register(honest)
    with pytest.raises(PasskeyRefused, match="another challenge"):
        check_assertion(SITE, CHALLENGE, read_answer(honest.sign(encode(b"d" * 32))), passkey)
    with pytest.raises(PasskeyRefused, match="another question"):
        check_assertion(SITE, CHALLENGE, read_answer(honest.sign(encode(CHALLENGE), kind="webauthn.create")), passkey)
    with pytest.raises(PasskeyRefused, match="another question"):
        register(honest, kind="webauthn.get")


def test_another_key_a_copied_authenticator_and_a_borrowed_id() -> None:
    honest, other = Authenticator(counter=5), Authenticator(counter=6)
    passkey = register(honest)
    with pytest.raises(PasskeyRefused, match="not this passkey's"):
        check_assertion(SITE, CHALLENGE, read_answer(other.sign(encode(CHALLENGE))), passkey)
    with pytest.raises(PasskeyRefused, match="has not grown"):
        check_assertion(SITE, CHALLENGE, read_answer(honest.sign(encode(CHALLENGE))), passkey)
    with pytest.raises(PasskeyRefused, match="not the authenticator's"):
        register(honest, named=secrets.token_bytes(32))


def test_a_signature_over_something_else() -> None:
    honest = Authenticator()
    passkey = register(honest)
    answer = read_answer(honest.sign(encode(CHALLENGE)))
    for name in ("signature", "authenticatorData", "clientData"):
        flipped = answer | {name: answer[name][:-1] + bytes([answer[name][-1] ^ 1])}
        with pytest.raises(PasskeyRefused):
            check_assertion(SITE, CHALLENGE, flipped, passkey)
        with pytest.raises(PasskeyRefused):
            check_assertion(SITE, CHALLENGE, {k: v for k, v in answer.items() if k != name}, passkey)


def test_which_keys_are_taken() -> None:
    kinds = [
        (generate_private_key(SECP256R1()).public_key(), True),
        (generate_private_key(SECP384R1()).public_key(), False),
        (rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key(), True),
        (rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key(), False),
    ]
    for key, taken in kinds:
        made: dict[str, str] = json.loads(Authenticator().register(encode(CHALLENGE)))
        made["publicKey"] = encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
        answer = read_answer(json.dumps(made))
        if taken:
            assert read_registration(SITE, CHALLENGE, answer).counter == 0
        else:
            with pytest.raises(PasskeyRefused, match="kind that is not taken"):
                read_registration(SITE, CHALLENGE, answer)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', '{"a": "ż"}', '{"a": "' + "A" * 9000 + '"}', "null"])
def test_an_answer_that_cannot_be_read(text: str) -> None:
    with pytest.raises(PasskeyRefused):
        read_challenge(read_answer(text))


@given(st.binary(max_size=200))
def test_noise_proves_nothing(noise: bytes) -> None:
    answer = {"clientData": noise, "authenticatorData": noise, "credential": noise, "publicKey": noise}
    with pytest.raises(PasskeyRefused):
        read_registration(SITE, CHALLENGE, answer)


@given(st.binary(max_size=300))
def test_base64url(data: bytes) -> None:
    assert decode(encode(data)) == data


def test_the_site_of_an_address() -> None:
    assert find_site("https://desk.company.example/") == Site(
        origin="https://desk.company.example", host="desk.company.example"
    )
    assert find_site("http://localhost:8700") == SITE


# who and where ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roles", "everybody", "must"),
    [
        (["agent"], False, False),
        (["agent"], True, True),
        (["lead"], False, True),
        (["admin"], False, True),
        (["agent", "admin"], False, True),
        (["a role that is yet to come"], False, True),
        ([], False, False),
    ],
)
def test_who_needs_a_second_step(roles: list[str], everybody: bool, must: bool) -> None:
    assert must_enrol(roles, everybody=everybody) is must


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:149.0) Gecko/20100101 Firefox/149.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150 Safari/537.36 Edg/150", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14) AppleWebKit/605 Version/18 Safari/605", "Safari, macOS"),
        ("curl/8", ""),
    ],
)  # fmt: skip
def test_browsers_are_named(agent: str, name: str) -> None:
    assert name_browser(agent) == name
