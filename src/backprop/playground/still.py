"""What stands for the playground on a page before any Python: a prepared run, drawn by the same script."""

import base64
import html
import json
import zlib
from importlib.resources import files

from backprop.explore import _frame
from backprop.figures.plotting import plot_decision_boundary
from backprop.playground.frames import describe, named, packed

EPOCHS = (0, 1, 2, 4, 6, 9, 13, 18, 25, 34, 46, 60)  # of the prepared run
SIDE = 18  # points of the plane on a side
SIZE = (4.0, 3.8)  # of the picture for those without scripts, in inches
NOTE = "Prepared when this page was made. Run it live, and you can change everything."


class Still:
    """The run of an experiment, for a page without a kernel; where no script runs, its last picture."""

    def __init__(self, experiment):
        self.experiment = experiment

    def _repr_html_(self):
        experiment = self.experiment
        layout, data = packed(experiment.points())
        examples = [layout, len(data)]
        frames, parts = [], [data]
        for epoch in EPOCHS:
            while experiment.epochs < epoch:
                experiment.step()
            facts, arrays = experiment.numbers(SIDE)
            layout, data = packed(arrays)
            parts.append(data)
            words = describe(experiment)
            frames.append({"facts": facts, "layout": layout, "length": len(data), "words": words})
        run = {
            "examples": examples,
            "frames": frames,
            "data": base64.b64encode(zlib.compress(b"".join(parts), 9)).decode("ascii"),
        }
        ax = plot_decision_boundary(experiment.network, experiment.X, experiment.Y)
        ax.figure.set_size_inches(SIZE)
        script, style = (
            files(__package__).joinpath(f"playground.{kind}").read_text("utf-8")
            for kind in ("js", "css")
        )
        return (
            f"<style>{style}</style>"
            '<div class="prepared playground-prepared">'
            f'<div class="pg-still">{_frame(ax.figure, describe(experiment))}</div>'
            f"<p>{html.escape(NOTE)}</p>"
            f'<script type="application/json">{json.dumps(run, separators=(",", ":"))}</script></div>'
            '<div class="live" data-live="backprop.playground.play">'
            '<button type="button" class="live-start" hidden>Run it live</button></div>'
            f'<script type="module">{script}</script>'
        )

    def __repr__(self):
        return named(self.experiment)
