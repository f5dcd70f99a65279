"""The page's Python: runs the cells of a page, shows what they show, keeps its widgets.

It runs in a web worker under Pyodide, and in any Python for the tests. The page and it talk by two
functions: `call(method, arguments)` from the page, `post(event, content, buffers)` to the page.

    needs      which earlier cells a cell needs, from the names in it
    notebook   the cells of a page: what has to run, what is older than a change
    runner     runs one cell: its streams, its last value, its errors
    display    rich outputs; stands in for the few names that are taken from IPython
    figures    matplotlib's backend
    comms      ipywidgets' wires to the page
"""

SHOWN_DPI = 115  # of a notebook's figures: one of 6.4 inches is as wide as a line of text
