"""HTTP clients of the command: through the proxies of the environment, with error messages about its settings."""

from __future__ import annotations

from typing import Any

import httpx

from earshot_cli.errors import CliError, Status

# The local cloud is on this machine: a proxy would look for it on its own. httpx reads NO_PROXY for all other hosts.
_WITHOUT_PROXY: dict[str, None] = {f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")}


def http_client(**options: Any) -> httpx.AsyncClient:
    """Return a client with options of `httpx.AsyncClient`.

    Raises:
        CliError: the environment names a proxy or a file of certificates that cannot be used.
    """
    try:
        return httpx.AsyncClient(**options, mounts=_WITHOUT_PROXY)
    except ImportError:
        raise CliError(
            "The proxy that the environment names is a SOCKS proxy (ALL_PROXY, HTTPS_PROXY or HTTP_PROXY): "
            "Earshot uses HTTP proxies. `ALL_PROXY= HTTPS_PROXY= HTTP_PROXY= earshot …` goes without one.",
            Status.USAGE,
        ) from None
    except (ValueError, httpx.InvalidURL) as error:
        raise CliError(
            f"The proxy that the environment names (ALL_PROXY, HTTPS_PROXY or HTTP_PROXY) cannot be used: {error}.",
            Status.USAGE,
        ) from None
    except OSError as error:  # ssl.SSLError, too
        raise CliError(
            "The certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read: "
            f"{error.strerror or type(error).__name__}.",
            Status.USAGE,
        ) from None
