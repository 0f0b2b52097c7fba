"""The password dialogues of PostgreSQL (clear text, md5, SCRAM-SHA-256) as pure answers. Used by connection."""

import base64
import hashlib
import hmac

from dovetail.tech.postgres.message import build_message

CLEAR_TEXT = 3
MD5 = 5
SASL = 10


def answer_clear_text(password: str) -> bytes:
    return build_message(b"p", password.encode() + b"\0")


def answer_md5(user: str, password: str, salt: bytes) -> bytes:
    inner = hashlib.md5(password.encode() + user.encode(), usedforsecurity=False).hexdigest()
    outer = hashlib.md5(inner.encode() + salt, usedforsecurity=False).hexdigest()
    return build_message(b"p", b"md5" + outer.encode() + b"\0")


class Scram:
    """One SCRAM-SHA-256 dialogue: `first`, then `final` on the server's challenge, then `is_genuine` on its proof."""

    def __init__(self, password: str, nonce: bytes) -> None:
        self._password = password.encode()
        self._opening = b"n=,r=" + base64.b64encode(nonce)
        self._proof = b""

    def first(self) -> bytes:
        message = b"n,," + self._opening
        return build_message(b"p", b"SCRAM-SHA-256\0" + len(message).to_bytes(4, "big") + message)

    def final(self, challenge: bytes) -> bytes:
        said = _read_attributes(challenge)
        salt, rounds = base64.b64decode(said[b"s"]), int(said[b"i"])
        salted = hashlib.pbkdf2_hmac("sha256", self._password, salt, rounds)
        ending = b"c=biws,r=" + said[b"r"]
        signed = b",".join((self._opening, challenge, ending))
        client_key = _sign(salted, b"Client Key")
        signature = _sign(hashlib.sha256(client_key).digest(), signed)
        proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
        self._proof = base64.b64encode(_sign(_sign(salted, b"Server Key"), signed))
        return build_message(b"p", ending + b",p=" + base64.b64encode(proof))

    def is_genuine(self, closing: bytes) -> bool:
        return hmac.compare_digest(_read_attributes(closing).get(b"v", b""), self._proof)


def _read_attributes(message: bytes) -> dict[bytes, bytes]:
    return {part[:1]: part[2:] for part in message.split(b",")}


def _sign(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")
