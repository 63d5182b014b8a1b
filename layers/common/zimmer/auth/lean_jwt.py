"""PyJWT without the algorithms that we refuse.

It loads `cryptography` for RSA and elliptic curves if that is installed, which costs each start of an API function
50 modules, 10 MB and 50 ms. HS256 is the standard library's; whoever seals something loads `cryptography` then.
"""

import sys

_theirs = sys.modules.get("cryptography")
sys.modules["cryptography"] = None  # type: ignore[assignment]  # as if it were not installed
try:
    import jwt
finally:
    if _theirs is None:
        del sys.modules["cryptography"]
    else:
        sys.modules["cryptography"] = _theirs

__all__ = ["jwt"]
