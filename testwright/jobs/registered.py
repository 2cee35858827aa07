"""What the embedded engine has to know of the served functions. A feature it would not honour is refused by name."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import inngest
from croniter import croniter  # type: ignore[import-untyped]

from testwright.domain.errors import PermanentError

_REFUSED = (
    "batch_events",
    "debounce",
    "priority",
)
_PATH = re.compile(r"(event|async)((?:\.\w+)+)")
_DURATION = re.compile(r"(\d+)(w|d|h|m|s)")
_SECONDS_OF = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Fits when `event` arrives and each pair of paths (the run's event, the arriving one) leads to equal values."""

    event: str
    pairs: tuple[tuple[Path, Path], ...] = ()

    def fits(self, run_event: dict[str, Any], arriving: dict[str, Any]) -> bool:
        if arriving["name"] != self.event:
            return False
        return all(_at(run_event, mine) == _at(arriving, theirs) is not None for mine, theirs in self.pairs)


@dataclass(frozen=True, slots=True)
class Throttle:
    """Runs begin evenly, `limit` in each `seconds`; so many of `burst` may begin at once after a pause."""

    limit: int
    seconds: float
    burst: int
    key: Path | None


@dataclass(frozen=True, slots=True)
class Allowance:
    """Events start so many runs within `seconds`, and those beyond that none."""

    limit: int
    seconds: float
    key: Path | None


@dataclass(frozen=True, slots=True)
class Singleton:
    """One run at a time. `replaces` says that a newer one takes the place of the older; else the newer is skipped."""

    replaces: bool
    key: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One served function. `limit` is how many of its runs may be at work at once, `keyed` how many of each key.

    A run that waits for longer than `start_seconds`, or works for longer than `finish_seconds`, is cancelled.
    """

    id: str
    attempts: int
    events: frozenset[str] = frozenset()
    crons: tuple[str, ...] = ()
    limit: int | None = None
    keyed: tuple[tuple[int, Path], ...] = ()
    throttle: Throttle | None = None
    allowances: tuple[Allowance, ...] = ()
    singleton: Singleton | None = None
    start_seconds: float | None = None
    finish_seconds: float | None = None
    cancels: tuple[Match, ...] = field(default=())
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
    limit, keyed = _limits(config.id, config.concurrency or [])
    timeouts = config.timeouts
    return Registered(
        id=config.id,
        attempts=step.retries.attempts + 1,
        events=frozenset(
            _event_name(config.id, trigger) for trigger in config.triggers if not _is_cron(config.id, trigger)
        ),
        crons=tuple(trigger.cron for trigger in config.triggers if _is_cron(config.id, trigger)),
        limit=limit,
        keyed=keyed,
        throttle=_throttle(config.id, config.throttle),
        allowances=_allowances(config.id, config.rate_limit, config.idempotency),
        singleton=_singleton(config.id, config.singleton),
        start_seconds=_seconds(timeouts and timeouts.start),
        finish_seconds=_seconds(timeouts and timeouts.finish),
        cancels=tuple(_cancel_rule(config.id, cancel) for cancel in config.cancel or []),
        failure_id=on_failure.id if on_failure is not None else None,
    )


def _event_name(function_id: str, trigger: inngest.TriggerEvent) -> str:
    if trigger.expression is not None:
        raise _refusal(function_id, f"the trigger expression {trigger.expression!r}")
    return trigger.event


def _is_cron(function_id: str, trigger: Any) -> bool:
    if not isinstance(trigger, inngest.TriggerCron):
        return False
    if trigger.jitter is not None or not croniter.is_valid(trigger.cron):
        raise _refusal(function_id, f"the cron trigger {trigger.cron!r} with jitter {trigger.jitter!r}")
    return True


def _limits(
    function_id: str, concurrency: list[inngest.Concurrency]
) -> tuple[int | None, tuple[tuple[int, Path], ...]]:
    """The limit for all, and those of the runs that have a key in common."""
    limits: list[int] = []
    keyed: list[tuple[int, Path]] = []
    for one in concurrency:
        if one.scope not in (None, "fn"):
            raise _refusal(function_id, "concurrency beyond the function")
        key = _key(function_id, "concurrency", one.key)
        if key is None:
            limits.append(one.limit)
        else:
            keyed.append((one.limit, key))
    return min(limits, default=None), tuple(keyed)


def _throttle(function_id: str, throttle: Any) -> Throttle | None:
    if throttle is None:
        return None
    seconds = _seconds(throttle.period)
    assert seconds is not None
    return Throttle(throttle.limit, seconds, throttle.burst or 1, _key(function_id, "throttle", throttle.key))


def _allowances(function_id: str, rate_limit: Any, idempotency: str | None) -> tuple[Allowance, ...]:
    """That the same is done once a day is an allowance of one."""
    found: list[Allowance] = []
    if rate_limit is not None:
        seconds = _seconds(rate_limit.period)
        assert seconds is not None
        found.append(Allowance(rate_limit.limit, seconds, _key(function_id, "rate limit", rate_limit.key)))
    if idempotency is not None:
        found.append(Allowance(1, _SECONDS_OF["d"], _key(function_id, "idempotency", idempotency)))
    return tuple(found)


def _singleton(function_id: str, singleton: Any) -> Singleton | None:
    if singleton is None:
        return None
    return Singleton(singleton.mode == "cancel", _key(function_id, "singleton", singleton.key))


def _key(function_id: str, feature: str, expression: str | None) -> Path | None:
    if expression is None:
        return None
    found = _PATH.fullmatch(expression.strip())
    if found is None or found[1] != "event":
        raise _refusal(function_id, f"the {feature} key {expression!r}")
    return tuple(found[2][1:].split("."))


def _seconds(duration: int | timedelta | None) -> float | None:
    """The SDK takes milliseconds or a timedelta."""
    if duration is None:
        return None
    return duration.total_seconds() if isinstance(duration, timedelta) else duration / 1000


def seconds_of(duration: str) -> float:
    """The wire's own form, such as `90s` or `1h30m`."""
    return float(sum(int(number) * _SECONDS_OF[unit] for number, unit in _DURATION.findall(duration)))


def key_of(event: dict[str, Any], path: Path | None) -> str:
    """What the event says there; the same for all where there is no key."""
    return "" if path is None else json.dumps(_at(event, path), sort_keys=True)


def _cancel_rule(function_id: str, cancel: inngest.Cancel) -> Match:
    if cancel.timeout is not None:
        raise _refusal(function_id, "a cancel time-out")
    try:
        return matching(cancel.event, cancel.if_exp)
    except ValueError:
        raise _refusal(function_id, f"the cancel expression {cancel.if_exp!r}") from None


def matching(event: str, expression: str | None) -> Match:
    """Raises ValueError on anything but equal paths: `event.data.id == async.data.id && …`."""
    pairs = []
    for comparison in expression.split("&&") if expression else []:
        sides = [_PATH.fullmatch(side.strip()) for side in comparison.split("==")]
        paths = {side[1]: tuple(side[2][1:].split(".")) for side in sides if side}
        if len(sides) != 2 or len(paths) != 2:
            raise ValueError(expression)
        pairs.append((paths["event"], paths["async"]))
    return Match(event, tuple(pairs))


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
