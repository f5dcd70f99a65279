"""The Python side of "Run it live": ipywidgets in a web worker, with no Jupyter around it.

A widget talks to the page through a comm. Here a comm hands its messages to the worker, which
posts them to the page (live.js), and gets the page's messages from there.
"""

import asyncio
import base64
import importlib
import json
import os
import sys
import types
import warnings
from io import BytesIO

os.environ["MPLBACKEND"] = "agg"
warnings.filterwarnings("ignore", message="Unable to import Axes3D")  # left out: nothing uses it


def without_ipython():
    """Stand in for the few names that ipywidgets takes from IPython: there is no shell here."""

    def nothing(*arguments, **keywords):
        return None

    names = {
        "IPython": {"get_ipython": nothing, "__version__": "8.23.0", "version_info": (8, 23, 0)},
        "IPython.core": {},
        "IPython.core.interactiveshell": {"InteractiveShell": object},
        "IPython.core.getipython": {"get_ipython": nothing},
        "IPython.display": {"display": nothing, "clear_output": nothing}
        | dict.fromkeys(("HTML", "Image", "Javascript", "Markdown"), object),
        "IPython.utils": {},
        "IPython.utils.capture": {"capture_output": nothing},
    }
    for name, members in names.items():
        module = types.ModuleType(name)
        module.__path__ = []
        vars(module).update(members)
        sys.modules[name] = module


without_ipython()

import comm  # noqa: E402
from comm.base_comm import BaseComm  # noqa: E402


def connect(post, fail):
    """Send the comms' messages by post(json, buffers); tell fail(text) what goes wrong later."""

    class PageComm(BaseComm):
        def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
            content = {"comm_id": self.comm_id, "data": data or {}, **keys}
            message = {"msg_type": msg_type, "content": content, "metadata": metadata or {}}
            post(json.dumps(message), [bytes(buffer) for buffer in buffers or []])

    comm.create_comm = PageComm

    def failed(loop, context):
        fail(str(context.get("exception") or context["message"]))

    asyncio.get_event_loop().set_exception_handler(failed)


def receive(text, buffers):
    """A message from the page to one of the comms here."""
    message = json.loads(text)
    found = comm.get_comm_manager().get_comm(message["content"]["comm_id"])
    if found is not None:
        found.handle_msg({**message, "buffers": buffers})


shown = {}  # model id: the widgets that were made for it


def warm():
    """Import what every explorable imports, and set the style that the notebooks set.

    The frames are made to be quick here, not to be small.
    """
    explore = importlib.import_module("backprop.explore")
    importlib.import_module("backprop.figures.plotting").use_style()

    def png_source(figure):
        drawn = BytesIO()
        dpi = figure.dpi if figure.dpi < explore.SHOWN_DPI else explore.DRAWN_DPI
        figure.savefig(drawn, format="png", dpi=dpi)
        return f"data:image/png;base64,{base64.b64encode(drawn.getvalue()).decode('ascii')}"

    explore._webp_source = png_source


def show(name):
    """Make the explorable `name`; returns the model id of its widget."""
    from ipywidgets.widgets.widget import _instances as alive

    before = set(alive)
    widget = importlib.import_module(f"backprop.explorables.{name}").explorable(page=False)
    shown[widget.model_id] = [one for key, one in alive.items() if key not in before]
    return widget.model_id


def hide(model_id):
    """Close the widgets that `show` made."""
    for widget in shown.pop(model_id, ()):
        widget.close()
