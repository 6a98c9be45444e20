"""Journeys made at random, of every built-in step kind, for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Plain = dict[str, Any]
keys = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
durations = st.sampled_from(["1 day", "48 hours", "2 weeks", "90 seconds", "1 month"])
events = st.sampled_from(["cart.paid", "cart.seen", "order.placed"])
clocks = st.sampled_from(["02:30", "09:00", "17:00", "23:59"])
_named = st.one_of(
    st.builds(lambda key: {"segment": key}, keys),
    st.builds(lambda key: {"consent": key}, keys),
    st.builds(lambda share: {"score": "clv", "top": f"{share}%"}, st.integers(1, 99)),
    st.builds(lambda number: {"score": "p_alive", "below": number}, st.sampled_from([0.1, 0.5, 1])),
    st.builds(lambda word: {"score": "rfm_group", "is": word}, st.sampled_from(["champions", "lost"])),
)
_known = st.one_of(
    st.builds(
        lambda key, value: {"attribute": key, "is": value}, keys, st.integers(-9, 9) | keys | st.booleans()
    ),
    st.builds(lambda value: {"event": "order.placed", "within": value, "count": {"at_least": 2}}, durations),
    st.builds(lambda name: {"event": name, "since": "entry"}, events),
)


def rules_of(leaves: st.SearchStrategy[Plain]) -> st.SearchStrategy[Plain]:
    """Rules over these facts."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda part: {"not": part}, inner),
        ),
        max_leaves=4,
    )


awaited = st.fixed_dictionaries(
    {"event": events},
    optional={
        "correlate": st.just("cart_id"),
        "look_back": durations,
        "where": st.just({"total": {"at_least": 5}}),
    },
)
resets = st.fixed_dictionaries(
    {"event": events, "at_most": durations}, optional={"correlate": st.just("cart_id")}
)
windows = st.one_of(
    st.builds(lambda start, end: {"from": start, "to": end}, st.just("09:00"), clocks.filter("09:00".__ne__)),
    st.builds(
        lambda days: {"days": days}, st.lists(st.sampled_from(["mon", "wed", "sun"]), min_size=1, unique=True)
    ),
)
steps = st.one_of(
    st.builds(lambda key: {"send": key, "via": ["email", "sms"]}, st.sampled_from(["hello", "nudge"])),
    st.builds(lambda value, until: {"wait": value} | until, durations, st.sampled_from([{}, {"until": "09:00"}])),
    st.builds(lambda window: {"wait_for_window": window}, windows),
    st.builds(lambda key: {"exit": key}, keys),
    st.builds(lambda key, value: {"update": {key: value}}, keys, st.integers(-9, 9) | st.booleans()),
    st.builds(lambda points: {"award": {"points": points}}, st.integers(1, 99)),
    st.builds(lambda key: {"emit": f"made.{key}"}, keys),
    st.just({"start": "other"}),
    st.builds(lambda word: {"send": "hello", "on_cap": word}, st.sampled_from(["hold", "skip", "fallback"])),
)  # fmt: skip


def blocks(inner: st.SearchStrategy[Plain], rules: st.SearchStrategy[Plain]) -> st.SearchStrategy[Plain]:
    """Steps with arms of such steps."""
    some = st.lists(inner, max_size=3)
    arms = {"at_most": durations, "then": some, "otherwise": some}
    case = st.fixed_dictionaries({"when": rules, "then": some})
    return st.one_of(
        st.fixed_dictionaries({"wait_until": rules, **arms}),
        st.fixed_dictionaries({"wait_until": awaited, **arms}, optional={"reset_by": resets}),
        st.fixed_dictionaries({"choose": st.lists(case, min_size=1, max_size=3), "otherwise": some}),
        st.fixed_dictionaries(
            {"repeat": st.integers(1, 3), "steps": st.lists(inner, min_size=1, max_size=3)},
            optional={"until": rules},
        ),
        st.builds(
            lambda inner: {"send": "nudge", "via": ["email", "sms"], "on_cap": {"go_to": inner}},
            st.lists(inner, min_size=1, max_size=3),
        ),
        st.builds(
            lambda left, right, share: {
                "split": {
                    "a": {"share": f"{share}%", "steps": left},
                    "b": {"share": f"{100 - share}%", "steps": right},
                }
            },
            *(some, some, st.integers(1, 99)),
        ),
    )


rates = st.builds(
    lambda most, window: f"{most} per {window}",
    st.integers(1, 99),
    st.sampled_from(["day", "week", "month", "30 days", "6 hours"]),
)
limits = st.fixed_dictionaries(
    {},
    optional={
        "entries": rates,
        "at_once": st.integers(1, 99),
        "per_customer": rates,
        "over": st.sampled_from(["wait", "refuse", "wait 2 days"]),
    },
).filter(lambda limit: limit.keys() - {"over"})
entries = st.builds(lambda limit: {"event": "a.b"} | ({"limit": limit} if limit else {}), st.none() | limits)


def journeys_of(rules: st.SearchStrategy[Plain]) -> st.SearchStrategy[Plain]:
    """Journeys whose steps ask these rules."""
    made = st.lists(
        st.recursive(steps, lambda inner: blocks(inner, rules), max_leaves=12), min_size=1, max_size=4
    )
    return st.builds(lambda entry, steps: {"journey": "made", "entry": entry, "steps": steps}, entries, made)


journeys = journeys_of(rules_of(_named | _known))
# Such as can be published: they name nothing but the templates `hello` and `nudge`, and the journey `other`.
complete = journeys_of(rules_of(_known))


def with_ids(plain: Plain) -> Plain:
    """The same journey with an id on every step."""
    return {**plain, "steps": _numbered(plain["steps"], iter(range(1, 10_000)))}


def _numbered(value: Any, numbers: Any, inside: bool = True) -> Any:
    if isinstance(value, list):
        listed = [_numbered(one, numbers) for one in value]
        steps_ = inside and value and all(isinstance(one, dict) for one in value)
        return (
            [one | {"id": f"s{next(numbers)}"} if "when" not in one else one for one in listed]
            if steps_
            else listed
        )
    if not isinstance(value, dict):
        return value
    return {key: _below(key, one, numbers) for key, one in value.items()}


def _below(key: str, value: Any, numbers: Any) -> Any:
    """Steps stand in these places, and nowhere else."""
    if key in ("then", "otherwise", "steps", "choose", "go_to"):
        return _numbered(value, numbers)
    if key == "on_cap":
        return (
            {name: _numbered(arm, numbers) for name, arm in value.items()}
            if isinstance(value, dict)
            else value
        )
    if key == "split":
        return {name: _numbered(arm, numbers) for name, arm in value.items()}
    return value
