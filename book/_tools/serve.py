"""Serve the built book at a local address until stopped (Ctrl-C).

    python book/_tools/serve.py [--port 8000]

If the port is taken the next free one is used.
"""

from __future__ import annotations

import argparse
import errno
import functools
import http.server
import re
import signal
import sys
from pathlib import Path

HTML = Path(__file__).resolve().parents[2] / "_build" / "html"
TRIES = 20
FIXED = re.compile(r"/lite/(static/pyodide-[\d.]+/.*\.(whl|wasm|js|zip)|live/.*\.zip)$")


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of the site, with the types browsers insist on; quiet; never out of date.

    The browser asks each time whether a file has changed, but for the parts of Python in the page
    whose version or hash is in their address.
    """

    extensions_map = {  # noqa: RUF012
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".woff2": "font/woff2",
        ".ipynb": "application/json",
    }

    def end_headers(self):
        fixed = FIXED.search(self.path) is not None
        self.send_header("Cache-Control", "max-age=31536000, immutable" if fixed else "no-cache")
        # A page by itself may share memory with its Python, and so ask it to stop.
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def log_message(self, format, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A browser that leaves in the middle of a file is no error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def open_server(folder: Path, port: int, host: str = "127.0.0.1") -> Server:
    """A server for `folder` on `port`, or on the next free port after it (0: any free one)."""
    handler = functools.partial(Handler, directory=str(folder))
    for candidate in range(port, port + TRIES):
        try:
            return Server((host, candidate), handler)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
    raise SystemExit(f"No free port from {port} to {port + TRIES - 1}: choose one with PORT=...")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    if not (HTML / "index.html").exists():
        raise SystemExit(f"There is no built book in {HTML}: run `make book` first")
    server = open_server(HTML, port)
    print(f"The book is at http://127.0.0.1:{server.server_port}/  (Ctrl-C stops)", flush=True)
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()
    finally:
        server.server_close()


if __name__ == "__main__":
    main()
