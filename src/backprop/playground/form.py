"""The playground's fields and buttons, and the training that runs while you use them."""

import asyncio
import functools
import html
import re
import time

import ipywidgets as widgets

from backprop.experiments.playground import CHOICES, DATA, DivergenceError, Experiment, Settings
from backprop.explore import Home, Latest
from backprop.playground import pictures

BURST = 0.1  # seconds of training between two pictures; more where drawing them takes longer
REST = 0.03  # seconds in which the kernel listens, after the training and after the picture
TOO_LARGE = 10  # times the first loss: the run stops
MOST_EPOCHS = 2000  # of one press of Run, so that a forgotten run comes to an end
STILL_EPOCHS = 60  # of training before the picture on the page
AT_ONCE = {"learning_rate", "batch_size"}  # what may change without a new network
ALERT = "border-left: 4px solid #D55E00; padding-left: 0.6rem; line-height: 1.5"
LABEL_WIDTH, FIELD_WIDTH = "7.5rem", "19rem"


class Playground(widgets.VBox):
    """A form, buttons, and pictures of an `Experiment`; shown as the last line of a cell.

    own: your points, X (2, m) and Y, for the data "own"; the rest: where the form starts, as in
    `Settings`. Raises ValueError, TypeError or DivergenceError as `Experiment` does.

    experiment:  the one that is seen, also while it runs
    fields:      {setting: the widget it is typed into}
    run_button, pause_button, step_button, reset_button, unit_menu, unit_buttons: the others
    """

    def __init__(self, *, own=None, **settings):
        start = Settings(**_data(own) | settings)
        self.own = own
        self.experiment = Experiment(start, own)
        self.running = False
        self._task = None
        self._home = Home()
        self.fields = _fields(start, own)
        self._make_buttons()
        self._words, self._plane, self._unit = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.message = widgets.HTML()
        self.unit_menu = widgets.Dropdown(description="look at", layout={"width": FIELD_WIDTH})
        self._diagram = widgets.HBox(layout={"overflow": "auto"})
        self._latest = Latest(self._show)
        self._list_units()
        self._show()
        for name, widget in self.fields.items():
            changed = functools.partial(self._form_changed, name)
            widget.observe(lambda _, changed=changed: self._home.do(changed), names="value")
        self.unit_menu.observe(self._latest.ask, names="value")
        wrap = widgets.Layout(flex_flow="row wrap")
        buttons = [self.run_button, self.pause_button, self.step_button, self.reset_button]
        super().__init__(
            [
                widgets.Box([*self.fields.values()], layout=wrap),
                widgets.Box(buttons, layout=wrap),
                *(self.message, self._words, self._plane),
                *(self.unit_menu, self._diagram, self._unit),
            ]
        )
        self.add_class("playground")

    def _make_buttons(self):
        def button(name, tip, pressed):
            made = widgets.Button(description=name, tooltip=tip)
            made.on_click(lambda _: self._home.do(pressed))
            return made

        self.run_button = button("Run", "Train until you press Pause", self.run)
        self.pause_button = button("Pause", "Stop training, keep the network", self.pause)
        self.step_button = button("One step", "One mini-batch", self.step)
        self.reset_button = button("Reset", "A new network, from the seed", self.reset)

    # What the buttons do

    def run(self):
        """Train in the background, with a picture several times a second, until `pause`."""
        if self._task is not None and not self._task.done():
            self.running = True  # also where Pause was pressed a moment ago
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._say("Run needs a notebook's kernel; One step works without.")
            return
        self._say("")
        self.running = True
        self._task = loop.create_task(self._keep_running())

    def pause(self):
        """Stop training after the step that is being done."""
        self.running = False

    def step(self):
        """Pause, and do one step."""
        self.pause()
        self._say("")
        self._train(0)
        self._show()

    def reset(self):
        """Pause, and begin anew with what the form says."""
        self.pause()
        self._begin()

    async def _keep_running(self):
        last = self.experiment.epochs + MOST_EPOCHS
        drawing = 0.0
        while self.running:
            self._train(max(BURST, drawing))
            if self.experiment.epochs >= last:
                self.pause()
                self._say(f"Paused after {MOST_EPOCHS:,} epochs. Press Run to go on.")
            await asyncio.sleep(REST)
            start = time.monotonic()
            self._show()
            drawing = time.monotonic() - start
            await asyncio.sleep(REST)

    def _train(self, seconds):
        """At least one step, and more for some time, unless the loss is no longer finite."""
        ends = time.monotonic() + seconds
        try:
            self.experiment.step()
            while time.monotonic() < ends and not self._far_up():
                self.experiment.step()
        except DivergenceError as error:
            self.pause()
            self._say(f"Diverged: {error} Then press Reset.")
            return
        if self._far_up():
            self.pause()
            times = self.experiment.history.loss[-1] / self.experiment.history.initial_loss
            self._say(
                f"Stopped: the loss is {times:,.3g} times what it was at the start. "
                "Try a smaller learning rate, and press Reset."
            )

    def _far_up(self):
        history = self.experiment.history
        return bool(history.loss) and history.loss[-1] > TOO_LARGE * history.initial_loss

    # The form

    def _form_changed(self, name):
        if name not in AT_ONCE:
            self._begin()
            return
        try:
            setattr(self.experiment, name, self.fields[name].value)
        except (ValueError, TypeError) as error:
            self._say(f"{error}. The run goes on with {getattr(self.experiment, name):g}.")
        else:
            self._say("")

    def _begin(self):
        """A new experiment; if the form can't be read, say why and keep the one there is."""
        values = {name: widget.value for name, widget in self.fields.items()}
        try:
            settings = Settings(**values | {"hidden": sizes_in(values["hidden"])})
            self.experiment = Experiment(settings, self.own)
        except (ValueError, TypeError, DivergenceError) as error:
            self._say(f"{error}. The network below is the one from before.")
            return
        self._say("")
        self._list_units()
        self._latest.ask(None)

    # What is seen

    def _say(self, text):
        self.message.value = (
            f'<p role="alert" style="{ALERT}">{html.escape(text)}</p>' if text else ""
        )

    def _list_units(self):
        """The units to look at, in the menu and as a column of buttons for each layer."""
        sizes = self.experiment.network.sizes
        units = [(l, i) for l in range(1, len(sizes)) for i in range(1, sizes[l] + 1)]
        if [unit for _, unit in self.unit_menu.options] == units:
            return
        kept = self.unit_menu.value if self.unit_menu.value in units else units[0]
        self.unit_menu.options = [(f"layer {l}, unit {i}", (l, i)) for l, i in units]
        self.unit_menu.value = kept
        self.unit_buttons = {unit: self._unit_button(*unit) for unit in units}
        self._diagram.children = [
            widgets.VBox(
                [
                    widgets.Label(f"layer {l}"),
                    *(self.unit_buttons[l, i] for i in range(1, sizes[l] + 1)),
                ],
                layout={"align_items": "center", "flex": "none"},
            )
            for l in range(1, len(sizes))
        ]

    def _unit_button(self, l, i):
        tip = f"Look at unit {i} of layer {l}"
        made = widgets.Button(description=pictures.symbol("a", l, i), tooltip=tip)
        made.layout = {"width": "3.5rem"}
        made.on_click(lambda _: setattr(self.unit_menu, "value", (l, i)))
        return made

    def _show(self):
        experiment, unit = self.experiment, self.unit_menu.value
        words = pictures.describe(experiment)
        self._words.value = f"<p>{html.escape(words)}</p>"
        self._plane.value = shown(experiment)
        self._unit.value = pictures.side_by_side(
            (
                pictures.draw_unit(experiment, *unit),
                f"The activation of unit {unit[1]} of layer {unit[0]} over the plane.",
            ),
            (
                pictures.draw_parameters(experiment, *unit),
                pictures.describe_unit(experiment, *unit),
            ),
        )
        for other, button in self.unit_buttons.items():
            button.button_style = "primary" if other == unit else ""

    def __repr__(self):
        return _named(self.experiment)


class Still:
    """One picture of an experiment, for a page without a kernel."""

    def __init__(self, experiment):
        self.experiment = experiment

    def _repr_html_(self):
        words = html.escape(pictures.describe(self.experiment))
        note = (
            "A picture from the time when this page was made. The playground itself needs Python."
        )
        return f"<p>{words}</p>{shown(self.experiment)}<p>{note}</p>"

    def __repr__(self):
        return _named(self.experiment)


def play(*, own=None, page=None, **settings):
    """A `Playground`, or where nothing runs one picture of it.

    page: what is true gives the picture, as in `explore`
    """
    if not page:
        return Playground(own=own, **settings)
    experiment = Experiment(Settings(**_data(own) | settings), own)
    while experiment.epochs < STILL_EPOCHS:
        experiment.step()
    return Still(experiment)


def _data(own):
    """Points that are handed in are those to start with."""
    return {} if own is None else {"data": "own"}


def shown(experiment):
    """The plane and the losses, as HTML."""
    return pictures.side_by_side(
        (pictures.draw_plane(experiment), "The plane: " + pictures.describe(experiment)),
        (pictures.draw_losses(experiment), "The losses: " + pictures.describe(experiment)),
    )


def sizes_in(text):
    """(8, 4) from "8, 4"; nothing is no hidden layer."""
    words = re.split(r"[,\s]+", text.strip()) if text.strip() else []
    for word in words:
        if not re.fullmatch(r"-?\d{1,9}", word):
            raise ValueError(f"hidden layers: expected whole numbers such as 8, 8, got {word!r}")
    return tuple(int(word) for word in words)


def _named(experiment):
    sizes = "-".join(str(n) for n in experiment.network.sizes)
    return f"Playground({experiment.settings.data}, {sizes})"


def _fields(start, own):
    look = {
        "style": {"description_width": LABEL_WIDTH},
        "layout": {"width": FIELD_WIDTH},
    }

    def menu(label, options, value):
        return widgets.Dropdown(description=label, options=options, value=value, **look)

    return {
        "data": menu("data", [*DATA, *(["own"] if own is not None else [])], start.data),
        "hidden": widgets.Text(
            description="hidden layers",
            value=", ".join(map(str, start.hidden)),
            continuous_update=False,
            **look,
        ),
        "activation": menu("activation", CHOICES["activation"], start.activation),
        "loss": menu(
            "loss", [(name.replace("_", " "), name) for name in CHOICES["loss"]], start.loss
        ),
        "scheme": menu("first weights", CHOICES["scheme"], start.scheme),
        "learning_rate": widgets.FloatText(
            description="learning rate", value=start.learning_rate, step=0.1, **look
        ),
        "batch_size": widgets.IntText(description="batch size", value=start.batch_size, **look),
        "seed": widgets.IntText(description="seed", value=start.seed, **look),
    }
