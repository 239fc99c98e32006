"""The office's Ed25519 signing key as a file: PKCS #8 PEM, which every crypto library reads."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from kiosk.domain.errors import StorageDamaged


def key_text(office: Ed25519PrivateKey) -> str:
    """The key as PEM, to be kept beside the age identity."""
    return office.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def read_key(text: str) -> Ed25519PrivateKey:
    """The key in a PEM text; raises StorageDamaged when it is none of Ed25519."""
    try:
        key = load_pem_private_key(text.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise StorageDamaged("the office's signing key cannot be read") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise StorageDamaged("the office's signing key is of another kind")
    return key
