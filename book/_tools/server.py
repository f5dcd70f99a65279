"""A local server for the built site."""

from __future__ import annotations

import contextlib
import errno
import functools
import http.server
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

HTML = Path(__file__).resolve().parents[2] / "_build" / "html"
TRIES, HIGHEST = 20, 65535
FIXED = re.compile(r"/lite/(static/pyodide-[\d.]+/.*\.(whl|wasm|js|zip)|live/.*\.(zip|bin))$")


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
        # A page by itself may share memory with its Python, and so ask it to stop. JupyterLite's
        # kernel must not: over shared memory it loses answers that come before it waits for them.
        if not self.path.startswith("/lite/"):
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
    last = min(port + TRIES - 1, HIGHEST)
    for candidate in range(port, last + 1):
        try:
            return Server((host, candidate), handler)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
    raise SystemExit(f"No free port from {port} to {last}: choose one with PORT=...")


@contextlib.contextmanager
def serving(folder: Path = HTML) -> Iterator[str]:
    """The address at which the folder is served, on any free port, by a thread."""
    server = open_server(folder, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
