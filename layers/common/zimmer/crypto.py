"""Secrets at rest and the hashes of tokens.

Sealing is AES-256-GCM under DATA_KEY. The associated data names where the value stands
(`table|column|row`), so a ciphertext moved to another row does not open.
"""

import base64
import hashlib
import hmac
import os
import secrets

from zimmer.settings import get_settings

_VERSION = "v1"
_NONCE_BYTES = 12


class CannotUnseal(Exception):
    """The value was changed, moved from its row, or sealed under a key we no longer have."""


def seal(plain: str, *, place: str) -> str:
    """Encrypt `plain` for one `place` (`table|column|row`). Format: `v1.kid.nonce.ciphertext`."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # 30 ms that most cold starts do not need

    nonce = os.urandom(_NONCE_BYTES)
    ciphertext = AESGCM(_data_key()).encrypt(nonce, plain.encode(), place.encode())
    return ".".join((_VERSION, key_id(_data_key()), _text(nonce), _text(ciphertext)))


def unseal(sealed: str, *, place: str) -> str:
    """Decrypt what `seal` made for the same `place`. Raises CannotUnseal."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        version, kid, nonce, ciphertext = sealed.split(".")
        if (version, kid) != (_VERSION, key_id(_data_key())):
            raise CannotUnseal(f"sealed as {version} under key {kid}")
        return AESGCM(_data_key()).decrypt(_bytes(nonce), _bytes(ciphertext), place.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise CannotUnseal("the sealed value does not open here") from error


def blind_index(plain: str) -> bytes:
    """A keyed hash by which equal secrets can be found without being read."""
    return hmac.digest(_data_key(), b"blind-index|" + plain.encode(), "sha256")


def signature(message: str, *, purpose: str) -> str:
    """A keyed mark by which we know a `message` again as our own, made for one `purpose` only."""
    key = hmac.digest(_data_key(), f"signing|{purpose}".encode(), "sha256")
    return _text(hmac.digest(key, message.encode(), "sha256")).rstrip("=")


def token_hash(token: str) -> bytes:
    """How a random token is stored. Tokens carry 256 random bits, so a plain SHA-256 is enough."""
    return hashlib.sha256(token.encode()).digest()


def random_token() -> str:
    """256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def key_id(key: bytes) -> str:
    """A short public name for a key, by which its successor can be told from it."""
    return hashlib.sha256(b"key-id|" + key).hexdigest()[:8]


def _data_key() -> bytes:
    """Not kept: the settings may have been read again."""
    key = _bytes(get_settings().data_key.get_secret_value())
    if len(key) != 32:
        raise CannotUnseal("DATA_KEY must be 32 bytes in base64")
    return key


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text.replace("-", "+").replace("_", "/"))
