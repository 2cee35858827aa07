"""What the embedded engine has to know of the served functions. A feature it would not honour is refused by name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import inngest

from testwright.domain.errors import PermanentError

_REFUSED = (
    "batch_events",
    "debounce",
    "idempotency",
    "priority",
    "rate_limit",
    "singleton",
    "throttle",
    "timeouts",
)
_PATH = re.compile(r"(event|async)((?:\.\w+)+)")


@dataclass(frozen=True, slots=True)
class CancelRule:
    """Stops a run when `event` arrives and each pair of paths (run's event, arriving event) leads to equal values."""

    event: str
    pairs: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()

    def stops(self, run_event: dict[str, Any], arriving: dict[str, Any]) -> bool:
        if arriving["name"] != self.event:
            return False
        return all(_at(run_event, mine) == _at(arriving, theirs) is not None for mine, theirs in self.pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One served function. `limit` is how many of its runs may be at work at once."""

    id: str
    attempts: int
    events: frozenset[str] = frozenset()
    limit: int | None = None
    cancels: tuple[CancelRule, ...] = field(default=())
    failure_id: str | None = None


def registered(functions: Sequence[inngest.Function[Any]], endpoint_url: str) -> dict[str, Registered]:
    """Read what the functions would tell a server of themselves. Raises PermanentError `engine_settings`."""
    known: dict[str, Registered] = {}
    for function in functions:
        config = function.get_config(endpoint_url)
        known[config.main.id] = _registered(config.main, config.on_failure)
        if config.on_failure is not None:
            known[config.on_failure.id] = Registered(id=config.on_failure.id, attempts=1)
    return known


def _registered(config: Any, on_failure: Any) -> Registered:
    for feature in _REFUSED:
        if getattr(config, feature) is not None:
            raise _refusal(config.id, feature)
    (step,) = config.steps.values()
    if step.retries is None:
        raise _refusal(config.id, "retries left open")
    return Registered(
        id=config.id,
        attempts=step.retries.attempts + 1,
        events=frozenset(_event_name(config.id, trigger) for trigger in config.triggers),
        limit=_limit(config.id, config.concurrency or []),
        cancels=tuple(_cancel_rule(config.id, cancel) for cancel in config.cancel or []),
        failure_id=on_failure.id if on_failure is not None else None,
    )


def _event_name(function_id: str, trigger: Any) -> str:
    if not isinstance(trigger, inngest.TriggerEvent):
        raise _refusal(function_id, "a cron trigger")
    if trigger.expression is not None:
        raise _refusal(function_id, f"the trigger expression {trigger.expression!r}")
    return trigger.event


def _limit(function_id: str, concurrency: list[inngest.Concurrency]) -> int | None:
    if not concurrency:
        return None
    if len(concurrency) > 1 or concurrency[0].key is not None or concurrency[0].scope not in (None, "fn"):
        raise _refusal(function_id, "concurrency by key or beyond the function")
    return concurrency[0].limit


def _cancel_rule(function_id: str, cancel: inngest.Cancel) -> CancelRule:
    if cancel.timeout is not None:
        raise _refusal(function_id, "a cancel time-out")
    pairs = []
    for comparison in cancel.if_exp.split("&&") if cancel.if_exp else []:
        sides = [_PATH.fullmatch(side.strip()) for side in comparison.split("==")]
        paths = {side[1]: tuple(side[2][1:].split(".")) for side in sides if side}
        if len(sides) != 2 or len(paths) != 2:
            raise _refusal(function_id, f"the cancel expression {cancel.if_exp!r}")
        pairs.append((paths["event"], paths["async"]))
    return CancelRule(cancel.event, tuple(pairs))


def _at(event: dict[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = event
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _refusal(function_id: str, feature: str) -> PermanentError:
    return PermanentError(
        f"The embedded engine does not support {feature.replace('_', ' ')} (function {function_id}).",
        code="engine_settings",
        hint="Take the feature out of the function, or run an Inngest server and set INNGEST_DEV or INNGEST_BASE_URL.",
    )
