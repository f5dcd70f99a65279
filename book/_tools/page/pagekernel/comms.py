"""ipywidgets in a page: a widget talks to the page through a comm, and a comm through the worker.

An Output widget collects what is displayed inside it as the cells do.
"""

from __future__ import annotations

import importlib
import json

import comm
from comm.base_comm import BaseComm

from pagekernel import display


def connect(post) -> None:
    """Let the comms send their messages by post("comm", content, buffers)."""

    class PageComm(BaseComm):
        def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
            content = {"comm_id": self.comm_id, "data": data or {}, **keys}
            message = {"msg_type": msg_type, "content": content, "metadata": metadata or {}}
            post("comm", message, [bytes(buffer) for buffer in buffers or []])

    comm.create_comm = PageComm


def receive(text, buffers) -> None:
    """A message from the page to one of the comms here."""
    message = json.loads(text)
    found = comm.get_comm_manager().get_comm(message["content"]["comm_id"])
    if found is not None:
        found.handle_msg({**message, "buffers": buffers})


def mend_output_widget() -> None:
    """Let an Output widget collect what is displayed within it: no front end does that here."""
    from ipywidgets import Output
    from ipywidgets.widgets.widget import _instances as alive

    def add(self, kind, content):
        if kind == "clear":
            self.clear_output(wait=content.get("wait", False))
            return
        kept = () if getattr(self, "_clears", False) else self.outputs
        self._clears = False
        last = kept[-1] if kept else None
        if kind == "stream" and last and last.get("name") == content["name"]:
            joined = {**last, "text": last["text"] + content["text"]}
            self.outputs = (*kept[:-1], joined)
        else:
            self.outputs = (*kept, {"output_type": kind, **content})

    def enter(self):
        display.flush_streams()
        self._collects = display.collected_by(lambda kind, content: add(self, kind, content))
        self._collects.__enter__()

    def leave(self, kind, error, trace):
        from pagekernel import runner

        display.flush_streams()
        if error is not None:
            display.emit("error", **runner.described(error, ""))
        self._collects.__exit__(None, None, None)
        return error is not None

    def clear_output(self, wait=False):
        self._clears = wait
        if not wait:
            self.outputs = ()

    def updated(made):
        for output in (one for one in tuple(alive.values()) if isinstance(one, Output)):
            output.outputs = tuple(
                {**one, **made} if one.get("id") == made["id"] else one for one in output.outputs
            )

    display._updates.append(updated)
    Output.__enter__, Output.__exit__, Output.clear_output = enter, leave, clear_output
    interaction = importlib.import_module("ipywidgets.widgets.interaction")
    interaction.clear_output, interaction.display = display.clear_output, display.display
    interaction.show_inline_matplotlib_plots = runner_figures
    interaction.get_ipython = display.Shell  # it shows what goes wrong in a callback


def runner_figures() -> None:
    from pagekernel import runner

    display.flush_streams()
    runner.flush_figures()
