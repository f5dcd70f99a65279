"""What is drawn of the mathematics with matplotlib: the style, plots, networks, circuits, small SVG.

May import: the root's mathematics, experiments and matplotlib; no widget.
"""
