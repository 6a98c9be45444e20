"""The compiler from the asking process's side: one child for each text, its answer kept while it is asked again."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache

from orchestrator.messaging.content.process import environment

WALL_SECONDS = 15.0  # for a very busy machine; the CPU time is bounded in the child
KEPT = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """HTML, or what is wrong, how to mend it, and at which character of the text (0: nowhere in particular)."""

    html: str = ""
    wrong: str = ""
    at: int = 0
    mend: str = "Simplify it."


def ask(text: str) -> Answer:
    """Compile in a child process. What a busy or ailing machine is to blame for is not kept, and may be asked again."""
    try:
        return asked(text)
    except subprocess.TimeoutExpired:
        return Answer(wrong="it takes too long")
    except OSError:
        return Answer(wrong="the compiler does not start", mend="Somebody must look at this machine.")


@lru_cache(maxsize=KEPT)
def asked(text: str) -> Answer:
    """The same text has the same answer, so an editor asks for it once. Raises TimeoutExpired and OSError."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "orchestrator.messaging.content.mjml.fence"],
        input=text.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
        timeout=WALL_SECONDS,
        check=False,
    )
    if done.returncode == -signal.SIGKILL:
        raise OSError
    if done.returncode or not done.stdout:
        late = done.returncode in (-signal.SIGPROF, -signal.SIGXCPU)
        return Answer(wrong="it takes too long" if late else "it is too large or nests too deep")
    return _read(json.loads(done.stdout), text)


def _read(told: dict[str, str], text: str) -> Answer:
    if "html" in told:
        return Answer(html=told["html"])
    found = re.search(r"at position (\d+):\d+", told["wrong"])
    place = len(text.encode()[: int(found[1])].decode(errors="ignore")) if found else 0
    words = re.sub(r"\s+in root template.*", "", told["wrong"])[:200]
    return Answer(wrong=words, at=place, mend="Close every element, and quote every attribute.")
