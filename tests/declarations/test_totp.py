"""Codes of an authenticator app: the RFC's own numbers, the window around now, and nothing else."""

import base64

import pytest

from declarations import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()
NOW = 1_111_111_109


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ],
)
def test_the_numbers_of_rfc_6238(second: int, code: str) -> None:
    assert totp.code_of(SECRET, totp.step_at(second)) == code


@pytest.mark.parametrize("away_s", [-30, 0, 30])
def test_a_clock_that_is_half_a_minute_off_is_right_enough(away_s: int) -> None:
    step = totp.step_at(NOW + away_s)
    assert totp.matching_step(SECRET, totp.code_of(SECRET, step), second=NOW) == step


@pytest.mark.parametrize("away_s", [-61, 61, 3600])
def test_a_code_of_another_minute_is_none(away_s: int) -> None:
    assert totp.matching_step(SECRET, totp.code_of(SECRET, totp.step_at(NOW + away_s)), second=NOW) is None


@pytest.mark.parametrize("typed", ["081 804", " 081804 ", "081-804", "０８１８０４"])
def test_a_code_may_be_typed_as_people_type(typed: str) -> None:
    assert totp.matching_step(SECRET, typed, second=NOW) is not None


@pytest.mark.parametrize("typed", ["", "081803", "81804", "0818040", "абвгде", "\x00", "é" * 6])
def test_everything_else_is_no_code(typed: str) -> None:
    assert totp.matching_step(SECRET, typed, second=NOW) is None


def test_the_address_is_what_an_app_reads() -> None:
    told = totp.address(SECRET, name="a b@example.org")
    assert told == f"otpauth://totp/Silkgate%3Aa%20b%40example.org?secret={SECRET}&issuer=Silkgate&digits=6&period=30"
