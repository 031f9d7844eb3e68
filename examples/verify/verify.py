# python3 verify.py SECRET webhook-id webhook-timestamp webhook-signature < body
import base64
import hashlib
import hmac
import re
import sys
import time


def verify(secret, id, timestamp, signature, body):
    """Whether a webhook is genuine and at most five minutes old. body: the very bytes that came."""
    if not re.fullmatch(r"[0-9]{1,12}", timestamp or "") or abs(time.time() - int(timestamp)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{id}.{timestamp}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    return any(hmac.compare_digest(one.encode(), expected) for one in (signature or "").split(" "))


if __name__ == "__main__":
    sys.exit(0 if verify(*sys.argv[1:5], sys.stdin.buffer.read()) else 1)
