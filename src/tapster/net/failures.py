"""What went wrong on the way, in words that say what to do."""

import asyncio
import errno
import ssl
from pathlib import Path

import aiohttp

from tapster.core.errors import InvalidInput, Reason, SourceError, TapsterError
from tapster.core.links import Timeouts
from tapster.core.ways import under_connections
from tapster.net.connectors import NoHandshake, NotConnected
from tapster.net.targets import Target

_SELF_SIGNED = {18, 19, 20, 21}
_NOT_YET_VALID, _EXPIRED = 9, 10
_WRONG_HOST = {62, 64}
_CONTAINER_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))
_UNROUTABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.ENETDOWN}

INTERRUPTED = (
    "The connection broke off before the answer was complete. "
    "What came before is kept; try again or continue from it."
)


def is_in_container() -> bool:
    """Tell whether this process seems to run inside a container."""
    return any(mark.exists() for mark in _CONTAINER_MARKS)


def explain(
    error: Exception,
    target: Target,
    timeouts: Timeouts,
    *,
    proxy: Target | None,
    in_container: bool,
) -> TapsterError:
    """Return what `error`, raised before an answer began, means for the person waiting."""
    if isinstance(error, TapsterError):
        return error
    if certificate := _certificate_error(error):
        return SourceError(Reason.TLS, _certificate_sentence(certificate, target))
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return _proxy_answered(error.status, proxy)
    if isinstance(error, asyncio.TimeoutError):
        return _timed_out(error, target, timeouts)
    if isinstance(error, aiohttp.ClientProxyConnectionError) and proxy is not None:
        return _proxy_unreachable(proxy)
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return SourceError(Reason.TLS, _tls_sentence(error, target))
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        missing = proxy or target
        return _unreachable(
            f"The name {missing.host!r} was not found. Check it for a typing error, and "
            "whether this machine is online."
        )
    if isinstance(error, aiohttp.InvalidURL):
        return InvalidInput(
            "The address cannot be used. Write it as http://host:port/path.", field="endpoint"
        )
    if isinstance(error, aiohttp.ClientResponseError):
        return SourceError(
            Reason.NOT_AN_API,
            f"What {target.origin} answered is not proper HTTP. Check the port, and whether the "
            "address should begin with https:// instead.",
        )
    if _was_sent(error):
        return SourceError(
            Reason.INTERRUPTED,
            f"{target.origin} closed the connection without an answer. The request is not sent "
            "again by itself, as it may have been worked on and counted. Try again, and check "
            "that the port and http:// or https:// are right.",
        )
    return _unreachable(_connection_sentence(error, target, in_container=in_container))


def _was_sent(error: Exception) -> bool:
    """Tell whether the way broke only after the request, or a part of it, was on it."""
    early = isinstance(error, aiohttp.ClientConnectorError | NotConnected)
    return isinstance(error, aiohttp.ClientError) and not early


def explain_break(error: Exception, target: Target, timeouts: Timeouts) -> SourceError:
    """Return what `error`, raised while an answer was being read, means."""
    if isinstance(error, SourceError):
        return error
    if isinstance(error, asyncio.TimeoutError):
        return _timed_out(error, target, timeouts)
    return SourceError(Reason.INTERRUPTED, INTERRUPTED)


def proxy_refused(proxy: Target) -> SourceError:
    """Return the error for a proxy that wants other credentials."""
    return _unreachable(
        f"The outbound proxy at {proxy.origin} refused the user name or password in its "
        "address. Correct them in the connection."
    )


def socks_failed(error: Exception, proxy: Target) -> SourceError:
    """Return what `error`, raised by the SOCKS library, means."""
    if isinstance(error, TimeoutError):
        return SourceError(
            Reason.TIMEOUT,
            f"The SOCKS proxy at {proxy.origin} did not open a way in time. Try again, or "
            "check the proxy.",
        )
    if isinstance(error, OSError):
        return _proxy_unreachable(proxy)
    if "auth" in str(error).lower():
        return proxy_refused(proxy)
    return _unreachable(
        f"The SOCKS proxy at {proxy.origin} did not open a way. Check whether it may reach the "
        "connection's address, and that it is a SOCKS proxy."
    )


def _proxy_unreachable(proxy: Target) -> SourceError:
    return _unreachable(
        f"The outbound proxy at {proxy.origin} cannot be reached. Start it, or correct its "
        "address in the connection."
    )


def _proxy_answered(status: int, proxy: Target | None) -> SourceError:
    if proxy is not None and status == 407:
        return proxy_refused(proxy)
    shown = f" at {proxy.origin}" if proxy else ""
    return _unreachable(
        f"The outbound proxy{shown} answered {status} instead of opening the way. Check "
        "whether it may reach this address."
    )


def _timed_out(error: Exception, target: Target, timeouts: Timeouts) -> SourceError:
    if isinstance(error.__cause__, NoHandshake):
        sentence = (
            f"{target.origin} took the connection, but did not begin TLS within "
            f"{timeouts.connect:g} seconds. If it is a server of your own, it may speak plain "
            "HTTP: try http:// instead of https://."
        )
    elif isinstance(error, aiohttp.ConnectionTimeoutError):
        sentence = (
            f"{target.origin} could not be reached within {timeouts.connect:g} seconds. Check "
            "the address, and whether a firewall or a missing VPN stands between."
        )
    elif isinstance(error, aiohttp.SocketTimeoutError):
        sentence = (
            f"{target.origin} has said nothing for {timeouts.idle:g} seconds. Try again, or, if "
            "the model needs longer, allow for it "
            + under_connections("tapster connections edit NAME --timeout SECONDS")
            + "."
        )
    else:
        sentence = (
            f"The answer of {target.origin} took longer than {timeouts.total:g} seconds. Ask "
            "for less, or raise the connection's total time-out."
        )
    return SourceError(Reason.TIMEOUT, sentence)


def _certificate_error(error: Exception) -> ssl.SSLCertVerificationError | None:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        inner = error.certificate_error
        return inner if isinstance(inner, ssl.SSLCertVerificationError) else None
    return error if isinstance(error, ssl.SSLCertVerificationError) else None


def _certificate_sentence(error: ssl.SSLCertVerificationError, target: Target) -> str:
    code = error.verify_code
    begin = f"The certificate of {target.origin}"
    unless = "If you trust this server, turn off certificate checks for this connection alone."
    if code in _SELF_SIGNED:
        return (
            f"{begin} is self-signed or issued by nobody this machine trusts. Install its "
            f"authority in the system. {unless}"
        )
    if code == _EXPIRED:
        return f"{begin} has expired. Renew it, or check this machine's clock. {unless}"
    if code == _NOT_YET_VALID:
        return f"{begin} is not valid yet. Check this machine's clock. {unless}"
    if code in _WRONG_HOST:
        return (
            f"{begin} was issued for another host. Use the name it was issued for, and make "
            f"sure that nobody stands between. {unless}"
        )
    return f"{begin} was refused ({error.verify_message}). {unless}"


def _tls_sentence(error: Exception, target: Target) -> str:
    inner = getattr(error, "os_error", error)
    reason = str(getattr(inner, "reason", "") or "")
    if reason in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"}:
        return (
            f"{target.origin} does not speak TLS. If it is a server of your own, write its "
            "address with http:// instead of https://."
        )
    said = f" ({reason.replace('_', ' ').lower()})" if reason else ""
    return (
        f"No secure connection to {target.origin} could be made{said}. Check the address, and "
        "whether something between intercepts TLS."
    )


def _connection_sentence(error: Exception, target: Target, *, in_container: bool) -> str:
    inner = getattr(error, "os_error", error)
    number = getattr(inner, "errno", None)
    if number == errno.ECONNREFUSED or "refused" in str(inner).lower():
        said = (
            f"Nothing answers at {target.origin}: the connection was refused. Start the server "
            "there, or correct the address."
        )
    elif number in _UNROUTABLE:
        said = (
            f"There is no way from here to {target.origin}. Check whether this machine is "
            "online and in the right network."
        )
    elif isinstance(error, NotConnected) or number == errno.ECONNRESET:
        said = (
            f"{target.origin} closed the connection without an answer. Try again, and check "
            "that the port and http:// or https:// are right."
        )
    else:
        said = f"{target.origin} cannot be reached. Check the address and the network."
    if in_container and _is_this_machine(target):
        said += (
            " Tapster runs inside a container, where localhost is the container itself: use "
            "host.docker.internal, or the address of the machine the server runs on."
        )
    return said


def _is_this_machine(target: Target) -> bool:
    if target.literal is not None:
        return target.literal.is_loopback or target.literal.is_unspecified
    return target.host.rstrip(".") == "localhost"


def _unreachable(sentence: str) -> SourceError:
    return SourceError(Reason.UNREACHABLE, sentence)
