"""The playground's widget: what the learner sets and presses comes in, numbers to draw go out.

The training goes on in a task of its own. A frame is sent when the one before has been drawn, so
neither waits for the other: a browser that draws slowly, or not at all, gets fewer frames.
"""

import asyncio
import contextlib
import time
from dataclasses import replace
from importlib.resources import files

import anywidget
import numpy as np
import traitlets

from backprop.experiments.plane import MOST_CLASSES, checked_points, in_table
from backprop.experiments.playground import DivergenceError, Experiment, Settings, loaded, saved
from backprop.explore import Home, running_loop
from backprop.playground import wording
from backprop.playground.frames import describe, named, packed
from backprop.playground.still import Still

BURST = 0.03  # seconds of training between two looks at what the learner does
REST = 0.004  # and of listening
SIDE = 40  # points of the plane on a side
PATIENCE = 1.0  # seconds after which a frame that nobody has drawn is forgotten
WORDS_EVERY = 10  # seconds between two sentences for a screen reader while it trains
TOO_LARGE = 10  # times the first loss: the run stops
MOST_EPOCHS = 2000  # of one press of Run, so that a forgotten run comes to an end
AT_ONCE = {"learning_rate", "batch_size"}  # what may change without a new network
OTHER_WEIGHTS = {"data", "hidden", "loss", "scheme", "seed"}  # with them the learner's own go


class Playground(anywidget.AnyWidget):
    """An `Experiment` to run, set and look into; shown as the last line of a cell.

    own: your points, X (2, m) and Y, for the data "own"; the rest: where the form starts, as in
    `Settings`. Raises ValueError, TypeError or DivergenceError as `Experiment` does.

    experiment: the one that is seen, also while it runs
    form:       {setting: what stands in its field}; set it as the form does
    points:     the learner's own, [[x1, x2, class], ...]; set it as painting does
    tables:     the first weights, one text for each layer
    message:    what is wrong, and with what; words: the numbers in a sentence
    facts, frame, layout_of_frame: what is drawn, as `packed` makes it
    """

    _esm = files(__package__).joinpath("playground.js").read_text("utf-8")
    _css = files(__package__).joinpath("playground.css").read_text("utf-8")

    menus = traitlets.Dict().tag(sync=True)
    form = traitlets.Dict().tag(sync=True)
    points = traitlets.List().tag(sync=True)
    unit = traitlets.List([1, 1]).tag(sync=True)
    running = traitlets.Bool(False).tag(sync=True)
    message = traitlets.Unicode("").tag(sync=True)
    words = traitlets.Unicode("").tag(sync=True)
    tables = traitlets.List().tag(sync=True)
    address = traitlets.Unicode("").tag(sync=True)
    facts = traitlets.Dict().tag(sync=True)
    layout_of_frame = traitlets.List().tag(sync=True)
    frame = traitlets.Bytes(b"").tag(sync=True)
    layout_of_examples = traitlets.List().tag(sync=True)
    examples = traitlets.Bytes(b"").tag(sync=True)

    def __init__(self, *, own=None, **settings):
        if own is not None:
            settings = {"data": "own"} | settings
        self.experiment = Experiment(Settings(**settings), own)
        self._own, self._first = own, None  # the points, and the network that the learner has set
        self._home, self._task = Home(), None
        self._sent = self._seen = 0
        self._sent_at = self._said_at = 0.0
        self._shares = {"train": 0.0, "numbers": 0.0}  # seconds since the last frame
        super().__init__(menus={name: [*of] for name, of in wording.MENUS.items()})
        self._fill_in()
        self._show_all()
        self.on_msg(self._heard)
        self.observe(lambda change: self._home.do(lambda: self._take_form(change)), "form")
        self.observe(lambda _: self._home.do(self._take_points), "points")

    # What the learner presses

    def _heard(self, _, content, buffers):
        acts = {
            "run": self.run,
            "pause": self.pause,
            "step": self.step,
            "reset": self.reset,
            "table": lambda: self.take_table(content["text"]),
            "weights": lambda: self.take_weights(content["tables"]),
            "seed": self.take_seed,
            "open": lambda: self.open_address(content["address"]),
            "save": lambda: self.send({"saved": "network.npz"}, [saved(self.experiment.network)]),
            "load": lambda: self.load(bytes(buffers[0])),
        }
        if content.get("do") == "seen":
            self._seen = max(self._seen, content["frame"])
        elif content.get("do") in acts:
            self._home.do(acts[content["do"]])

    def run(self):
        """Train in the background until `pause`."""
        if self._task is not None and not self._task.done():
            self.running = True  # also where Pause was pressed a moment ago
            return
        loop = running_loop()
        if loop is None:
            self.message = "Run needs a notebook's kernel; One step works without."
            return
        self.message, self.running = "", True
        self._task = loop.create_task(self._keep_running())

    def pause(self):
        """Stop training after the step that is being done."""
        self.running = False
        self._show()
        self._say()

    def step(self):
        """Pause, and do one step."""
        self.running = False
        self.message = ""
        self._train(0)
        self._show()
        self._say()

    def reset(self):
        """Pause, and begin anew with what the form says."""
        self.running = False
        self._begin()

    async def _keep_running(self):
        last = self.experiment.epochs + MOST_EPOCHS
        while self.running:
            began = time.monotonic()
            self._train(BURST)
            self._shares["train"] += time.monotonic() - began
            if self.experiment.epochs >= last:
                self.running = False
                self.message = f"Paused after {MOST_EPOCHS:,} epochs. Press Run to go on."
            await asyncio.sleep(REST)
            now = time.monotonic()
            if self._seen >= self._sent or now > self._sent_at + PATIENCE:
                self._show()
            if now > self._said_at + WORDS_EVERY:
                self._say()
        self._show()
        self._say()

    def _train(self, seconds):
        """At least one step, and more for some time, unless the loss runs away."""
        ends = time.monotonic() + seconds
        try:
            self.experiment.step()
            while time.monotonic() < ends and not self._far_up():
                self.experiment.step()
        except DivergenceError as error:
            self.running = False
            self.message = f"Diverged: {error} Then press Reset."
            return
        if self._far_up():
            self.running = False
            history = self.experiment.history
            times = history.loss[-1] / history.initial_loss
            self.message = (
                f"Stopped: the loss is {times:,.3g} times what it was at the start. "
                "Try a smaller learning rate, and press Reset."
            )

    def _far_up(self):
        history = self.experiment.history
        return bool(history.loss) and history.loss[-1] > TOO_LARGE * history.initial_loss

    # What the learner sets

    def _take_form(self, change):
        old, new = change["old"], change["new"]
        changed = {name for name in new if new[name] != old.get(name)}
        if new == wording.form_of(self.experiment.settings):
            self.message = ""  # what was wrong has been taken back
            return
        if not changed <= AT_ONCE:
            if changed & OTHER_WEIGHTS:
                self._first = None
            self._begin()
            return
        for name in changed:
            try:
                value = wording.read(name, new[name])
                setattr(self.experiment, name, value)
                self.experiment.settings = replace(self.experiment.settings, **{name: value})
                self.message = ""
            except (ValueError, TypeError) as error:
                self.message = f"{error}. The run goes on with {getattr(self.experiment, name):g}."
        self._address()

    def _take_points(self):
        if self.points == self._rows():
            return
        try:
            self._take(*checked_points([tuple(row) for row in self.points]))
        except (ValueError, TypeError) as error:
            self.message = f"{error}. The network is the one from before."

    def take_table(self, text):
        """Take points from the text of a table, x1, x2 and the class in each line."""
        try:
            self._take(*in_table(text))
        except ValueError as error:
            self.message = f"{error}. Nothing was taken."

    def _take(self, X, labels):
        before, first = self._own, self._first
        self._first = None
        self._own = X, np.eye(MOST_CLASSES)[: labels.max() + 1, labels]
        if not self._begin(self.form | {"data": "own"}):
            self._own, self._first = before, first

    def take_weights(self, tables):
        """Begin anew with these first weights, a text for each layer."""
        try:
            self._first = wording.network_in(tables, self.experiment.network.sizes)
        except (ValueError, TypeError) as error:
            self.message = f"{error}. The first weights are those from before."
            return
        self.reset()

    def take_seed(self):
        """Begin anew with the first weights that the seed gives."""
        self._first = None
        self.reset()

    def load(self, data):
        """Begin anew with the network in the bytes of a file that `backprop.save` wrote."""
        before = self._first
        try:
            self._first, fits = loaded(data, self.experiment.settings)
        except ValueError as error:
            self.message = f"{error}. The network is the one from before."
            return
        self.running = False
        form = wording.form_of(replace(self.experiment.settings, **fits))
        if not self._begin(form):
            self._first = before

    def open_address(self, address):
        """Begin anew with what an address holds; what is wrong with it is said."""
        settings, points, network, wrong = wording.state_in(address)
        self.running = False
        self._first = network
        if points is not None:
            X, labels = points
            self._own = X, np.eye(MOST_CLASSES)[: labels.max() + 1, labels]
        if self._begin(wording.form_of(settings)) and wrong:
            self.message = f"In the address: {'; '.join(wrong)}. The rest of it is taken."

    def _begin(self, form=None):
        """A new experiment; if the form can't be read, say why and keep the one there is."""
        form = self.form if form is None else form
        try:
            settings = wording.settings_in(form)
            own = self._own
            if settings.data == "own" and own is None:
                own = self._own = self._shown_points()
            self.experiment = Experiment(settings, own, self._first)
        except (ValueError, TypeError, DivergenceError) as error:
            self.message = f"{error}. The network below is the one from before."
            return False
        self.message = ""
        self._fill_in()
        self._show_all()
        return True

    def _shown_points(self):
        """What is seen now, as the learner's own."""
        of = self.experiment.points()
        return of["X"], np.eye(int(of["labels"].max()) + 1)[of["labels"]].T

    def _rows(self):
        """The learner's own points as in `points`."""
        if self._own is None:
            return []
        X, Y = (np.asarray(each, float) for each in self._own)
        labels = Y[0] if len(Y) == 1 else Y.argmax(axis=0)
        return [[round(float(a), 4), round(float(b), 4), int(c)] for a, b, c in zip(*X, labels)]

    def _fill_in(self):
        """The form, the points and the tables say what the experiment is."""
        with self.hold_sync():
            self.form = wording.form_of(self.experiment.settings)
            if self.experiment.settings.data == "own":
                self.points = self._rows()
            self.tables = wording.tables_of(self.experiment.first)
            l, i = self.unit
            sizes = self.experiment.network.sizes
            if not (0 < l < len(sizes) and 0 < i <= sizes[l]):
                self.unit = [1, 1]

    # What is seen

    def _show_all(self):
        self.layout_of_examples, self.examples = packed(self.experiment.points())
        self._show()
        self._say()

    def _show(self):
        """Send a frame: all the numbers of the experiment as it is."""
        began = time.monotonic()
        facts, arrays = self.experiment.numbers(SIDE)
        layout, data = packed(arrays)
        self._shares["numbers"] += time.monotonic() - began
        self._sent += 1
        self._sent_at = time.monotonic()
        with self.hold_sync():
            self.facts = facts | {"frame": self._sent, "shares": dict(self._shares)}
            self.layout_of_frame, self.frame = layout, data
        self._shares = dict.fromkeys(self._shares, 0.0)

    def _say(self):
        self._said_at = time.monotonic()
        self.words = describe(self.experiment)
        if not self.running:
            self._address()

    def _address(self):
        """What the address has to hold: a network too, once it is not the seed's own any more."""
        experiment = self.experiment
        network = experiment.network if experiment.steps or self._first is not None else None
        points = None
        if experiment.settings.data == "own":
            points = np.array(self._rows())
            points = points[:, :2].T, points[:, 2].astype(int)
        with contextlib.suppress(ValueError):
            self.address = wording.address_of(experiment.settings, points, network)

    def __repr__(self):
        return named(self.experiment)


def play(*, own=None, page=None, **settings):
    """A `Playground`, or where nothing runs a prepared run that moves.

    page: what is true gives the prepared run, as in `explore`
    """
    if not page:
        return Playground(own=own, **settings)
    if own is not None:
        settings = {"data": "own"} | settings
    return Still(Experiment(Settings(**settings), own))
