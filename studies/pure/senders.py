"""Who sends something without an account: told apart for a day, and never known."""

import hashlib
import hmac
import ipaddress
from datetime import date


def sender_hash(address: str, day: date, secret: str) -> str:
    """A name for an address that holds for one day and leads back to nobody without the secret. Of IPv6 the network is
    named, since a household has as many addresses as it likes."""
    try:
        found = ipaddress.ip_address(address.strip())
        found = getattr(found, "ipv4_mapped", None) or found
        if found.version == 6:
            found = ipaddress.ip_network((found, 64), strict=False)
        address = str(found)
    except ValueError:
        pass  # a socket without an address: all its senders are one
    salt = hmac.new(secret.encode(), f"senders of {day.isoformat()}".encode(), hashlib.sha256).digest()
    return hmac.new(salt, address.encode(), hashlib.sha256).hexdigest()[:32]


def client_address(peer: str, forwarded_for: str, trusted_proxies: int) -> str:
    """The address of who asks: the peer's own or, behind proxies of ours, the one that the outermost of them saw.
    What stands farther left was written by anybody."""
    chain = [part.strip() for part in forwarded_for.split(",") if part.strip()] + [peer]
    return chain[max(len(chain) - 1 - trusted_proxies, 0)]
