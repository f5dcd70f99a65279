"""Serve the built book at a local address until stopped (Ctrl-C).

    python -m book._tools.commands.serve [--port 8000]

If the port is taken the next free one is used.
"""

from __future__ import annotations

import argparse
import signal

from book._tools.server import HIGHEST, HTML, open_server


def port_number(text: str) -> int:
    if not (text.isdecimal() and int(text) <= HIGHEST):
        raise argparse.ArgumentTypeError(f"expected a number from 0 to {HIGHEST}, got {text!r}")
    return int(text)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=port_number, default=8000)
    port = parser.parse_args(arguments).port
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
