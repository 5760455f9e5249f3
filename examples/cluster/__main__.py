"""Start the set-up of docs/scaling.md on this machine, and keep it up until Ctrl-C. Nothing of it stays.

Needs PgBouncer from the distribution; PostgreSQL comes from pip.
"""

import signal
import sys
import tempfile
from pathlib import Path

from examples.cluster.set_up import public_environ, running
from examples.local_server import listens

PORTS = [8001, 8002]


def main() -> int:
    """Run until interrupted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    taken = [port for port in PORTS if listens(port)]
    if taken:
        print(f"Error: something listens on port {taken[0]} already. End it first.", file=sys.stderr)
        return 1
    environ = {**public_environ(), "LICENCE_SERVER_PUBLIC_URL": "http://127.0.0.1:8001"}
    with tempfile.TemporaryDirectory() as data, running(Path(data), PORTS, environ) as up:
        print("Two application servers of one deployment:")
        for address in up.addresses:
            print(f"    {address}/readyz")
        print(f"Pooler      {up.pooler.address('licences')}")
        print(f"Primary     {up.primary.address('licences')}")
        print(f"Standby     {up.standby.address('licences')}")
        print(f"Keys        {data}")
        print("For commands, in another terminal; a kit's server is this PUBLIC_URL:")
        for name, value in up.environ.items():
            if name.startswith("LICENCE_SERVER_"):
                print(f"    export {name}='{value}'")
        print("Ctrl-C ends it, and removes everything.", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("Ending.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
