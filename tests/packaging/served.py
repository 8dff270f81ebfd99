"""Runs the app of the work tree on the local server until standard input ends."""

import socket
import sys

from chalice_app import app
from infra.local.local_routes import LocalRoutes
from infra.local.server import WorldServer
from wallet.telemetry import use_stream

if __name__ == "__main__":
    use_stream(sys.stderr)
    bound = socket.create_server(("127.0.0.1", 0))
    server = WorldServer(app, bound, routes=LocalRoutes())
    server.start()
    sys.stdout.write(f"{bound.getsockname()[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop()
