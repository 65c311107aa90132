"""Nothing leaves this machine: connections, datagrams and look-ups of other hosts raise PermissionError.

`install` puts an audit hook into this process; `hook_source` is the same hook as text, for the Python
processes the engine starts. Python cannot remove an audit hook again.
"""

import inspect
import sys


def refuse_outbound(event: str, arguments: tuple[object, ...]) -> None:
    """The hook. It stands alone, imports included, because it is also sent to other processes as text."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) and address else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0]
    else:
        return
    if host is None:
        return
    import ipaddress  # noqa: PLC0415
    import sys  # noqa: PLC0415

    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name == "localhost":
        return
    try:
        if ipaddress.ip_address(name).is_loopback:
            return
    except ValueError:
        pass
    sys.stderr.write(f"engine: refused {event} to {name!r}: only this machine may be reached\n")
    raise PermissionError(f"{event} to {name!r} refused: the local engine reaches only this machine")


def install() -> None:
    sys.addaudithook(refuse_outbound)


def hook_source() -> str:
    """Python text that installs the hook in a process that does not have this package."""
    return f"import sys\n{inspect.getsource(refuse_outbound)}\nsys.addaudithook(refuse_outbound)\n"
