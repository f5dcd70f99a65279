"""What a chapter measures, trains or breaks, as numbers: no figure, no widget.

May import: the modules beside it, the root's mathematics, numpy and tqdm.
"""
