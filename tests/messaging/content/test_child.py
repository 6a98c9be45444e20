"""The render process: reused, bounded, replaced when it dies, and gone with its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator import registry
from orchestrator.messaging.content import process, render
from orchestrator.messaging.content.child import ChildRenderer, RenderProcessBroken
from orchestrator.messaging.content.prepare import digest, prepare
from orchestrator.messaging.content.render import (
    Answer,
    InProcessRenderer,
    Rendered,
    RenderFailure,
    RenderJob,
    renderer,
)
from orchestrator.sdk import hookimpl
from tests.messaging.content.builders import CONTEXT, job, template

BOMB = (
    "{% if event.bad %}{% for i in range(1000) %}{% for j in range(1000) %}{% for k in range(1000) %}"
    "{% endfor %}{% endfor %}{% endfor %}{% endif %}Hi {{ event.n }}"
)
TIMEOUT = RenderFailure("render_timeout", "the template takes too long for this customer")


def shout(value: str) -> str:
    """A plugin's filter."""
    print("a filter that prints must not disturb the answers")
    return value.upper()


def die(value: str) -> str:
    """A plugin's filter that takes the process with it."""
    os._exit(7)


def swell(value: str) -> str:
    """A plugin's filter that wants more memory than there is."""
    return "x" * (2 << 30)


@pytest.fixture
def child() -> Iterator[ChildRenderer]:
    one = ChildRenderer()
    yield one
    one.close()


def using(**filters: Any) -> RenderJob:
    """A text message that shouts."""
    prepared = prepare(template(sms={"en": '{{ "hi"|loud }}'}), filters=filters)
    return RenderJob(digest(prepared), prepared, "sms", ("en",), CONTEXT)


def greet(n: int, bad: bool = False) -> RenderJob:
    return job("sms", {"event": {"n": n, "bad": bad}}, sms={"en": BOMB})


def said(answers: list[Answer]) -> list[str]:
    return [answer.content.text if isinstance(answer, Rendered) else answer.code for answer in answers]  # type: ignore[union-attr]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_answers_exactly_as_the_renderer_in_this_process(child: ChildRenderer) -> None:
    jobs = [
        job("sms", sms={"en": "Hi {{ customer.first_name }}"}),
        job(
            "email",
            email={"en": {"subject": "S", "html": '<p>{{ 1|money }}</p><a href="{{ shop.url }}">x</a>'}},
        ),
        job("push", push={"en": {"title": "T", "body": "ż 😀"}}),
        job("sms", sms={"en": "{{ customer.nope }}"}),
        job("sms", {"event": {1, 2}}, sms={"en": "x"}),
        job("sms", {"customer": {"first_name": "\ud83d"}}, sms={"en": "{{ customer.first_name }}"}),
        job("sms", {"v": float("nan")}, sms={"en": "{{ v }}"}),
    ]
    assert child.render(jobs) == InProcessRenderer().render(jobs)


def test_no_jobs_need_no_child(child: ChildRenderer) -> None:
    assert child.render([]) == []
    assert child.pid == 0


def test_the_child_is_reused_and_batches_keep_their_order(child: ChildRenderer) -> None:
    first = said(child.render([greet(n) for n in range(450)]))
    pid = child.pid
    assert first == [f"Hi {n}" for n in range(450)]
    assert said(child.render([greet(1)])) == ["Hi 1"]
    assert child.pid == pid


def test_a_job_without_end_is_answered_and_the_rest_goes_on_in_a_new_child(child: ChildRenderer) -> None:
    child.render([greet(0)])
    pid = child.pid
    answers = child.render([greet(n, bad=n in {1, 3}) for n in range(5)])
    assert said(answers) == ["Hi 0", "render_timeout", "Hi 2", "render_timeout", "Hi 4"]
    assert answers[1] == answers[3] == TIMEOUT
    assert child.pid != pid
    assert not alive(pid)


def test_a_killed_child_blames_nobody(child: ChildRenderer) -> None:
    for _ in range(3):
        assert said(child.render([greet(1), greet(2)])) == ["Hi 1", "Hi 2"]
        os.kill(child.pid, signal.SIGKILL)


def test_a_child_killed_in_mid_batch_is_replaced_and_every_job_answered(child: ChildRenderer) -> None:
    child.render([greet(0)])
    pid = child.pid
    threading.Timer(0.02, os.kill, (pid, signal.SIGKILL)).start()
    assert said(child.render([greet(n) for n in range(3000)])) == [f"Hi {n}" for n in range(3000)]


def test_a_job_that_kills_two_children_is_to_blame() -> None:
    child = ChildRenderer({"die": die})
    bad = RenderJob("d1", {"sms": {"en": {"text": "{{ 'x'|die }}"}}}, "sms", ("en",), {})
    try:
        assert child.render([greet(1), bad, greet(2)]) == [
            *InProcessRenderer().render([greet(1)]),
            RenderFailure("render_error", "the render process died of this message, twice"),
            *InProcessRenderer().render([greet(2)]),
        ]
    finally:
        child.close()


def test_answers_held_back_blame_nobody_and_a_killer_costs_two_children(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[int] = []
    start = process.Child._start

    def counted(self: process.Child, filters: Any) -> None:
        begun.append(self.pid)
        start(self, filters)

    monkeypatch.setattr(process.Child, "_start", counted)
    child = ChildRenderer({"die": die})
    bad = RenderJob("d1", {"sms": {"en": {"text": "{{ 'x'|die }}"}}}, "sms", ("en",), {})
    jobs = [greet(n) for n in range(5)]
    try:
        answers = child.render([*jobs[:3], bad, *jobs[3:]])
    finally:
        child.close()
    assert said([*answers[:3], *answers[4:]]) == [f"Hi {n}" for n in range(5)]
    assert answers[3] == RenderFailure("render_error", "the render process died of this message, twice")
    assert len(begun) == 3  # the two that it killed, and one for the rest


def test_memory_is_bounded_and_the_child_lives_on() -> None:
    child = ChildRenderer({"swell": swell})
    bad = RenderJob("d1", {"sms": {"en": {"text": "{{ 'x'|swell }}"}}}, "sms", ("en",), {})
    try:
        assert child.render([bad, greet(1)]) == [
            RenderFailure("render_error", "the message needs too much memory"),
            *InProcessRenderer().render([greet(1)]),
        ]
    finally:
        child.close()


def test_filters_of_plugins_work_there_and_may_print() -> None:
    child = ChildRenderer({"shout": shout})
    one = RenderJob("d1", {"sms": {"en": {"text": "{{ 'hi'|shout }}"}}}, "sms", ("en",), {})
    try:
        assert said(child.render([one, one])) == ["HI", "HI"]
    finally:
        child.close()


def test_a_filter_without_a_name_to_find_it_by_is_refused() -> None:
    with pytest.raises(ValueError, match="'quiet' must be a function of a module"):
        ChildRenderer({"quiet": lambda value: value})


def test_a_child_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    child = ChildRenderer({"shout": shout})
    monkeypatch.setattr(child, "_filters", {"gone": "nowhere_at_all:gone"})
    with pytest.raises(RenderProcessBroken, match="No module named 'nowhere_at_all'"):
        child.render([greet(1)])
    assert child.pid == 0


def test_templates_are_sent_once_and_many_do_not_pile_up(
    child: ChildRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.messaging.content.process.TEMPLATES_KEPT", 3)
    jobs = [job("sms", sms={"en": f"Hi {n}"}) for n in range(10)]
    for _ in range(2):
        for n, one in enumerate(jobs):
            assert said(child.render([one])) == [f"Hi {n}"]
    assert len(child._child._known) <= 3  # type: ignore[union-attr]


def test_large_contexts_do_not_block_the_pipe(child: ChildRenderer) -> None:
    big = "x" * 100_000
    jobs = [
        job("email", {"big": big, "event": {"n": n}}, email={"en": {"subject": "S", "text": "{{ big }}"}})
        for n in range(100)
    ]
    assert all(isinstance(answer, Rendered) for answer in child.render(jobs))


def test_threads_take_turns(child: ChildRenderer) -> None:
    answers: dict[int, list[str]] = {}

    def work(thread: int) -> None:
        for _ in range(5):
            answers[thread] = said(child.render([greet(thread * 100 + n) for n in range(20)]))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {t: [f"Hi {t * 100 + n}" for n in range(20)] for t in range(4)}


def test_the_child_outlives_the_thread_that_started_it(child: ChildRenderer) -> None:
    thread = threading.Thread(target=child.render, args=([greet(1)],))
    thread.start()
    thread.join()
    pid = child.pid
    time.sleep(0.1)
    assert said(child.render([greet(2)])) == ["Hi 2"]
    assert child.pid == pid


def test_a_forked_worker_starts_a_child_of_its_own_and_leaves_ours_alone(child: ChildRenderer) -> None:
    child.render([greet(1)])
    pid = child.pid
    forked = os.fork()
    if not forked:
        fine = child.pid == 0 and said(child.render([greet(2)])) == ["Hi 2"] and child.pid != pid
        child.close()
        os._exit(0 if fine else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1]) == 0
    assert said(child.render([greet(3)])) == ["Hi 3"]
    assert child.pid == pid


PARENT = """
import os, sys, time
from tests.messaging.content.test_child import greet
from orchestrator.messaging.content.child import ChildRenderer
child = ChildRenderer()
child.render([greet(1)])
if sys.argv[1] == "fork" and os.fork() == 0:
    time.sleep(60)  # holds our end of the pipe open
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks at /proc")
@pytest.mark.parametrize("how", ["alone", "fork"])
def test_the_child_dies_with_its_parent_even_if_a_fork_holds_the_pipe(how: str) -> None:
    root = str(Path(__file__).parents[3])
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, how],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
        start_new_session=True,
    )
    try:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.kill()
        parent.wait()
        deadline = time.monotonic() + 10
        while alive(pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not alive(pid)
    finally:
        os.killpg(parent.pid, signal.SIGKILL) if how == "fork" else None


def test_the_child_starts_fast_and_knows_neither_django_nor_our_secrets(child: ChildRenderer) -> None:
    program = (
        "import sys, orchestrator.messaging.content.fence;"
        "print([m for m in ('django', 'pydantic', 'pluggy', 'css_inline', 'orchestrator.sdk') if m in sys.modules])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert printed.strip() == "[]"
    os.environ["SECRET_FOR_TEST"] = "x"
    child.render([greet(1)])
    del os.environ["SECRET_FOR_TEST"]
    environment = Path(f"/proc/{child.pid}/environ")
    if environment.exists():
        assert b"SECRET_FOR_TEST" not in environment.read_bytes()


def test_close_ends_the_child_and_rendering_starts_another(child: ChildRenderer) -> None:
    child.render([greet(1)])
    pid = child.pid
    child.close()
    assert child.pid == 0
    assert not alive(pid)
    assert said(child.render([greet(2)])) == ["Hi 2"]


def test_the_shared_child_knows_the_filters_of_plugins_and_names_one_that_it_cannot_find(monkeypatch, caplog):
    class Plugin:
        @hookimpl
        def register_template_filters(self):
            return {"loud": shout, "lost": lambda value: value}

    monkeypatch.setattr(render, "_shared", None)
    registry.reset(registry.load([], {"acme": Plugin()}))
    try:
        made = renderer()
        (answer,) = made.render([using(loud=shout)])
    finally:
        registry.reset()
        made.close()
    assert answer.content.text == "HI"
    assert [record.message for record in caplog.records] == [
        "plugin acme: the template filter 'lost' must be a function of a module, to be found by its name"
    ]


def test_the_renderer_of_a_process_is_one() -> None:
    assert renderer() is renderer()
    assert isinstance(renderer(), ChildRenderer)
