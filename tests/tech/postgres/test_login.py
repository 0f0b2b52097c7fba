"""Claims about the password dialogues, by the examples of their specifications."""

import base64

from dovetail.tech.postgres.login import Scram, answer_clear_text, answer_md5

PENCIL = "pencil"
NONCE = "rOprNGfwEbeRWgbNEkqO"


def test_scram_gives_the_proof_of_rfc_7677() -> None:
    scram = Scram(PENCIL, base64.b64decode(NONCE))
    assert scram.first().endswith(f"n,,n=,r={NONCE}".encode())
    challenge = f"r={NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096".encode()
    final = scram.final(challenge)
    assert final[5:].startswith(f"c=biws,r={NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=".encode())
    assert not scram.is_genuine(b"v=AAAA")
    assert not scram.is_genuine(b"e=other-error")


def test_clear_text_and_md5_end_with_a_zero_byte() -> None:
    assert answer_clear_text("x") == b"p\0\0\0\x06x\0"
    assert answer_md5("postgres", "secret", b"\x01\x02\x03\x04")[5:8] == b"md5"
    assert answer_md5("postgres", "secret", b"\x01\x02\x03\x04").endswith(b"\0")
