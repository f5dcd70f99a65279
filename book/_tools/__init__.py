"""The tools that make the site. They have three jobs, a package for each:

    extension     the Sphinx extension: what becomes of a page (hooks.py shows the order)
    third_party   fetching what others have made: packages of npm, Pyodide, and what is made of them
    commands      what `make` calls: build, serve, notebooks, pdf

Beside them lies what several of them need, each once: the table of contents (toc.py), Chromium
(chromium.py), a local server (server.py), what is stale (stale.py). page/ and widgets/ hold what
runs in the reader's browser. A command is run from the repository's root:
`python -m book._tools.commands.build`.
"""
