"""Pictures of the admin's pages, wide and narrow, light and dark, in both languages.

    python tests/browser/screenshots.py --base http://127.0.0.1:8000 --session KEY --into shots home customers …

Needs Debian's `chromium`. It speaks to the browser over its debugging pipe with nothing but the standard library, so
that looking at a page needs no more than a browser. Without names it takes them all; `name=/admin/…` is one more.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import fcntl
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--disable-features=IsolateSandboxedIframes",  # so that one session sees what stands in a letter's frame
    "--remote-debugging-pipe",
]
PAGES = {
    "home": "/admin/",
    "customers": "/admin/customers/customer/",
    "customer": "/admin/customers/customer/1/change/",
    "messages": "/admin/messaging/message/",
    "message": "/admin/messaging/message/1/change/",
    "journeys": "/admin/journeys/journey/",
    "journey": "/admin/journeys/journey/2/change/",
    "version": "/admin/journeys/journeyversion/1/change/",
    "enrollments": "/admin/journeys/enrollment/",
    "enrollment": "/admin/journeys/enrollment/1/change/",
    "mailbox": "/admin/messaging/mailboxmessage/",
    "email": "/admin/messaging/mailboxmessage/1/change/",
    "sms": "/admin/messaging/mailboxmessage/2/change/",
    "push": "/admin/messaging/mailboxmessage/3/change/",
    "consents": "/admin/consents/consent/",
    "consent": "/admin/consents/consent/1/change/",
    "templates": "/admin/messaging/template/",
    "template": "/admin/messaging/template/1/change/",
    "settings": "/admin/workspace/workspace/1/change/",
    "cap": "/admin/messaging/frequencycap/1/change/",
}
WIDTHS = {"wide": 1400, "narrow": 420}


def _pipe() -> tuple[int, int]:
    """A pipe's ends to read from and to write to, with numbers of ten and above."""
    low = os.pipe()
    reading, writing = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in low)
    for end in low:
        os.close(end)
    return reading, writing


class Browser:
    """One Chromium, spoken to over its pipe: messages of JSON with a zero byte after each."""

    def __init__(self, folder: str) -> None:
        to_read, self._out = _pipe()
        self._in, to_write = _pipe()

        def hand_over() -> None:
            # The browser reads from descriptor 3 and writes to 4; ours stand above both, so neither overwrites the other.
            os.dup2(to_read, 3)
            os.dup2(to_write, 4)

        self.process = subprocess.Popen(
            ["chromium", *FLAGS, f"--user-data-dir={folder}"],
            preexec_fn=hand_over,
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self._number = 0
        self._rest = b""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the debugging protocol and wait for its answer."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if method.split(".")[0] != "Target":
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        for answer in self._answers():
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return dict(answer["result"])
        raise RuntimeError("the browser has gone")

    def _answers(self) -> Iterator[dict[str, Any]]:
        while True:
            while b"\0" in self._rest:
                one, self._rest = self._rest.split(b"\0", 1)
                yield json.loads(one)
            chunk = os.read(self._in, 1 << 20)
            if not chunk:
                return
            self._rest += chunk

    def script(self, source: str) -> Any:
        """What a piece of JavaScript answers."""
        return self.ask("Runtime.evaluate", expression=source, returnByValue=True)["result"].get("value")

    def open(self, url: str) -> None:
        """Go to a page and wait until it is drawn, fonts and all."""
        self.ask("Page.navigate", url=url)
        for _ in range(100):
            time.sleep(0.1)
            if self.script("document.readyState == 'complete' && document.fonts.status == 'loaded'"):
                break
        time.sleep(0.3)

    def picture(self, into: Path, width: int, most: int) -> int:
        """Save the whole page, down to `most` pixels; answers how far it is wider than the window."""
        metrics = {"width": width, "deviceScaleFactor": 1, "mobile": False}
        self.ask("Emulation.setDeviceMetricsOverride", height=900, **metrics)
        time.sleep(0.2)
        height = min(int(self.script("document.documentElement.scrollHeight")), most)
        self.ask("Emulation.setDeviceMetricsOverride", height=max(height, 900), **metrics)
        time.sleep(0.3)
        shot = self.ask("Page.captureScreenshot", format="png")
        into.write_bytes(base64.b64decode(shot["data"]))
        return int(self.script("document.documentElement.scrollWidth - window.innerWidth"))


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """A browser that is gone afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        one = Browser(folder)
        try:
            yield one
        finally:
            one.process.terminate()
            one.process.wait(10)


def main() -> None:
    """Take the pictures that the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", default=[])
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--session", required=True, help="the session cookie of somebody signed in")
    parser.add_argument("--into", type=Path, default=Path("shots"))
    parser.add_argument("--languages", default="en,pl")
    parser.add_argument("--themes", default="light,dark")
    parser.add_argument("--widths", default="wide,narrow")
    parser.add_argument("--most", type=int, default=2200, help="pixels of height to keep")
    asked = parser.parse_args()
    asked.into.mkdir(parents=True, exist_ok=True)
    with browser() as one:
        for language in asked.languages.split(","):
            one.ask("Network.enable")
            for name, value in (("sessionid", asked.session), ("django_language", language)):
                one.ask("Network.setCookie", name=name, value=value, url=asked.base)
            for theme in asked.themes.split(","):
                one.open(asked.base + "/admin/login/")
                one.script(f"localStorage.setItem('adminTheme', JSON.stringify('{theme}'))")
                for page in asked.pages or PAGES:
                    name, _equals, path = page.partition("=")
                    for width in asked.widths.split(","):
                        one.ask(
                            "Emulation.setDeviceMetricsOverride",
                            width=WIDTHS[width], height=900, deviceScaleFactor=1, mobile=False,
                        )  # fmt: skip
                        one.open(asked.base + (path or PAGES[name]))
                        over = one.picture(
                            asked.into / f"{name}-{language}-{theme}-{width}.png", WIDTHS[width], asked.most
                        )
                        print(name, language, theme, width, f"{over} px too wide" if over > 0 else "fits")


if __name__ == "__main__":
    main()
