"""Firefox and WebKitGTK, each behind the same few moves: open, evaluate, press, drag, resize, picture.

Firefox speaks WebDriver BiDi itself, with no driver between; WebKitGTK's MiniBrowser is driven by
WebKitWebDriver on a display of its own.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import json
import os
import re
import shutil
import subprocess
import threading
import time
from pathlib import Path

import websocket

from book._tools import server as serve
from conftest import PATIENCE, missing

# Before anything else of a page: what goes wrong on it is kept, for no engine tells it alike, and the
# theme that the address asks for is the one that the reader chose before.
KEEP_FAULTS = b"""<script>
window.faults = [];
const asked = new URLSearchParams(location.search).get("theme");
if (asked) Object.assign(localStorage, { mode: asked, theme: asked });
addEventListener("error", ({ message, target }) => {
  if (target.rel === "next") return; // Firefox fetches it ahead, and gives up what it may not keep
  faults.push(message ?? `failed: ${target.src ?? target.href}`);
}, true);
addEventListener("unhandledrejection", (event) => faults.push(`rejected: ${event.reason}`));
for (const kind of ["error", "assert"]) {
  const said = console[kind];
  console[kind] = (...words) => {
    if (kind === "error" || !words[0]) faults.push(`console.${kind}: ${words.join(" ")}`);
    said.apply(console, words);
  };
}
</script>"""
WATCHED = re.compile(r"^/[^?]*\.html(\?|$)")

FIREFOX_SETTINGS = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disableIPv6": True,
    "network.proxy.type": 1,  # every host but this machine's own address lies behind a dead proxy
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.no_proxies_on": "127.0.0.1",
    "remote.prefs.recommended": True,
}
KEYS = {"ArrowRight": "\ue014", "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowDown": "\ue015"}
KEYS |= {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "Space": " "}
KEYS |= {"Shift": "\ue008", "Control": "\ue009"}


def moves(keys: tuple[str, ...]) -> list[tuple[str, str]]:
    """Press and release of each key: ("keyDown", "a") ... "Shift+Enter" is held together."""
    found = []
    for chord in keys:
        held = [KEYS.get(key, key) for key in chord.split("+")] if len(chord) > 1 else [chord]
        found += [("keyDown", key) for key in held]
        found += [("keyUp", key) for key in reversed(held)]
    return found


class Handler(serve.Handler):
    """The site's own server, its pages with KEEP_FAULTS in front."""

    def send_head(self):
        if not WATCHED.match(self.path):
            return super().send_head()
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            return super().send_head()
        text = path.read_bytes().replace(b"<head>", b"<head>" + KEEP_FAULTS, 1)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
        return None


@contextlib.contextmanager
def watched(site: Path):
    """The address of the site, served so that each page keeps its faults in `window.faults`."""
    server = serve.Server(("127.0.0.1", 0), functools.partial(Handler, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


class Firefox:
    """Firefox over WebDriver BiDi."""

    def __init__(self, folder: Path):
        program = shutil.which("firefox-esr") or shutil.which("firefox")
        if not program:
            missing("firefox on PATH (Debian: apt-get install firefox-esr)")
        settings = "".join(
            f"user_pref({json.dumps(key)}, {json.dumps(value)});\n"
            for key, value in FIREFOX_SETTINGS.items()
        )
        (folder / "user.js").write_text(settings, encoding="utf-8")
        command = [program, "--headless", "--no-remote", "--profile", str(folder)]
        command += ["--remote-debugging-port", "0", "about:blank"]
        environment = os.environ | {"HOME": str(folder), "MOZ_CRASHREPORTER_DISABLE": "1"}
        self.process = subprocess.Popen(
            command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        )
        for line in self.process.stderr:
            if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", line):
                break
        else:
            raise RuntimeError("Firefox ended before it could be spoken to")
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        self.socket = websocket.create_connection(
            f"{found[1]}/session", suppress_origin=True, timeout=PATIENCE
        )
        self.sent = 0
        self.say("session.new", capabilities={})
        self.context = self.say("browsingContext.getTree")["contexts"][0]["context"]

    def say(self, method: str, **params) -> dict:
        self.sent += 1
        self.socket.send(json.dumps({"id": self.sent, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv())).get("id") != self.sent:
            pass  # an event
        if answer["type"] == "error":
            raise RuntimeError(f"{method}: {answer['message']}")
        return answer["result"]

    def open(self, address: str) -> None:
        self.say("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def evaluate(self, expression: str):
        """The value of a JavaScript expression, a promise's too, by way of JSON."""
        answer = self.say(
            "script.evaluate",
            expression=f"(async () => JSON.stringify((await ({expression})) ?? null))()",
            target={"context": self.context},
            awaitPromise=True,
            userActivation=True,
        )
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def press(self, *keys: str) -> None:
        actions = [{"type": kind, "value": key} for kind, key in moves(keys)]
        keyboard = {"type": "key", "id": "keyboard", "actions": actions}
        self.say("input.performActions", context=self.context, actions=[keyboard])

    def drag(self, points) -> None:
        """The mouse, held down, from point to point of the window."""
        first, *others = [{"type": "pointerMove", "x": x, "y": y} for x, y in points]
        held = [{"type": "pointerDown", "button": 0}, *others, {"type": "pointerUp", "button": 0}]
        mouse = {"type": "pointer", "id": "mouse", "actions": [first, *held]}
        self.say("input.performActions", context=self.context, actions=[mouse])

    def resize(self, width: int, height: int) -> None:
        size = {"width": width, "height": height}
        self.say("browsingContext.setViewport", context=self.context, viewport=size)

    def picture(self, path: Path) -> None:
        taken = self.say("browsingContext.captureScreenshot", context=self.context)
        path.write_bytes(base64.b64decode(taken["data"]))

    def close(self) -> None:
        self.socket.close()
        self.process.terminate()
        self.process.wait()


# Only what runs for minutes is worth the last of its compilers; without compositing nothing is drawn by
# an emulated graphics card.
WEBKIT_SETTINGS = {"JSC_useOMGJIT": "false", "WEBKIT_DISABLE_COMPOSITING_MODE": "1"}


class WebKit:
    """WebKitGTK's MiniBrowser, the engine nearest to Safari."""

    def __init__(self, folder: Path):
        from selenium import webdriver
        from selenium.webdriver.webkitgtk.service import Service

        class Patient(Service):
            def is_connectable(self) -> bool:
                """Selenium asks 70 times, which a busy machine can outlast."""
                ends = time.monotonic() + PATIENCE
                while not (is_so := super().is_connectable()) and time.monotonic() < ends:
                    self.assert_process_still_running()
                    time.sleep(0.05)
                return is_so

        driver = shutil.which("WebKitWebDriver")
        browsers = sorted(Path("/usr").glob("lib*/*/webkit2gtk-4.1/MiniBrowser"))
        display = shutil.which("Xvfb")
        if not (driver and browsers and display):
            missing("WebKitGTK and Xvfb (Debian: apt-get install webkit2gtk-driver xvfb)")
        self.display = subprocess.Popen(
            [display, "-displayfd", "1", "-screen", "0", "2000x1200x24", "-nolisten", "tcp"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        environment = os.environ | WEBKIT_SETTINGS | {"HOME": str(folder)}
        environment |= {"DISPLAY": f":{self.display.stdout.readline().strip()}"}
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            environment["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1"
        options = webdriver.WebKitGTKOptions()
        options.binary_location = str(browsers[0])
        options.add_argument("--automation")
        self.driver = webdriver.WebKitGTK(
            options=options, service=Patient(executable_path=driver, env=environment)
        )
        self.driver.set_script_timeout(PATIENCE)
        self.driver.set_page_load_timeout(PATIENCE)
        self.frame = self.evaluate("[outerWidth - innerWidth, outerHeight - innerHeight]")

    def open(self, address: str) -> None:
        self.driver.get(address)

    def evaluate(self, expression: str):
        answer = self.driver.execute_async_script(
            "const done = arguments[0];"
            f"(async () => JSON.stringify((await ({expression})) ?? null))()"
            ".then((value) => done({value}), (error) => done({error: String(error)}));"
        )
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return json.loads(answer["value"])

    def press(self, *keys: str) -> None:
        from selenium.webdriver import ActionChains

        chain = ActionChains(self.driver)
        for kind, key in moves(keys):
            (chain.key_down if kind == "keyDown" else chain.key_up)(key)
        chain.perform()

    def drag(self, points) -> None:
        from selenium.webdriver import ActionChains

        chain = ActionChains(self.driver, duration=20)
        mouse = chain.w3c_actions.pointer_action
        for k, point in enumerate(points):
            mouse.move_to_location(*point)
            if k == 0:
                mouse.pointer_down()
        mouse.pointer_up()
        chain.perform()

    def resize(self, width: int, height: int) -> None:
        self.driver.set_window_size(width + self.frame[0], height + self.frame[1])

    def picture(self, path: Path) -> None:
        self.driver.save_screenshot(str(path))

    def close(self) -> None:
        self.driver.quit()
        self.display.terminate()
        self.display.wait()


ENGINES = {"firefox": Firefox, "webkit": WebKit}
