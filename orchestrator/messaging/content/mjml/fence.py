"""What runs in a process of its own: `python -m orchestrator.messaging.content.mjml.fence`. MJML in, HTML out.

The compiler is native code: nested too deep, it takes its process with it, and nothing interrupts it. So the kernel
bounds its CPU time and memory here, and the process that asked goes on whatever becomes of this one.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

from orchestrator.messaging.content.bounds import bound

COMPILE_SECONDS = 2.0  # CPU time, as compiling a template may take in the render process


def main() -> None:
    """Answer one question: `{"html": …}`, or `{"wrong": …}` in the compiler's words."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    bound()
    signal.setitimer(signal.ITIMER_PROF, COMPILE_SECONDS)
    answer = compiled(sys.stdin.buffer.read().decode())
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()
    os._exit(0)


def compiled(text: str) -> dict[str, Any]:
    """The HTML of an MJML text. No file is read for it, and no font and no picture of others is put into it."""
    from mjml import mjml2html

    try:
        return {"html": mjml2html(text, fonts={}, social_icon_origin="")}
    except BaseException as error:  # also what the compiler calls a panic
        return {"wrong": str(error)}


if __name__ == "__main__":
    main()
