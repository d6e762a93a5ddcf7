"""Whom a server may be reached by."""

from __future__ import annotations

import ipaddress

from patchpilot.errors import ParameterError

LEAST_TOKEN = 16
"""Characters of a token: fewer could be tried out."""
_ADVICE = "--token-file token.txt here, and PATCHPILOT_TOKEN_FILE there"


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own; a name is so only if it is "localhost"."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_address(host: str) -> bool:
    """Whether it is an IP address, and no name, which may be made to stand for any."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def check_reach(
    host: str, token: str | None, *, what: str = "play this instrument", advice: str = _ADVICE
) -> None:
    """Refuse to serve other machines without a token, or with one that is easy to find.

    Args:
        host: address to listen on.
        token: that clients must know; None for none.
        what: what others could do then.
        advice: what to do where one is needed and there is none.

    Raises:
        ParameterError: it says what to do.
    """
    if token is not None and len(token) < LEAST_TOKEN:
        raise ParameterError(
            f"expected a token of at least {LEAST_TOKEN} characters, got {len(token)}; make one with: "
            'python -c "import secrets; print(secrets.token_urlsafe())" > token.txt'
        )
    if token is None and not is_loopback(host):
        raise ParameterError(
            f"serving on {host} lets other machines {what}, so it needs a token: "
            f'python -c "import secrets; print(secrets.token_urlsafe())" > token.txt, then {advice}; '
            "or leave --host out, to serve this machine alone"
        )
