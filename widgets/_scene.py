"""What a live figure is made of: a box of parameters, numbers, a picture and a sentence.

Nothing here knows a widget: the explorer turns controls into sliders, the tests walk the corners of the box.
"""

import itertools
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from random import Random
from typing import Any


@dataclass(frozen=True)
class Control(ABC):
    """What a reader may do with one parameter: the *label* beside it and a longer *hint* on hover."""

    label: str
    hint: str = ""

    @abstractmethod
    def check(self, name: str, value: Any) -> Any:
        """*value* if the control can show it, else ValueError or TypeError naming *name*, rule and value."""

    @abstractmethod
    def corners(self) -> tuple[Any, ...]:
        """The extreme values: tests visit all of them."""

    @abstractmethod
    def inside(self, random: Random) -> Any:
        """Some legal value."""


@dataclass(frozen=True)
class Number(Control):
    """A slider from *low* to *high*; whole numbers if *whole*; *log* sliders multiply by *step* instead of adding.

    With *play*, buttons beside it let it walk on its own.
    """

    low: float = 0
    high: float = 1
    step: float = 1
    whole: bool = False
    log: bool = False
    play: bool = False

    def check(self, name: str, value: Any) -> Any:
        kind = "a whole number" if self.whole else "a number"
        if isinstance(value, bool) or not hasattr(value, "__index__" if self.whole else "__float__"):
            raise TypeError(f"{name} must be {kind}, got {value!r}")
        number = int(value) if self.whole else float(value)
        if not self.low <= number <= self.high:
            raise ValueError(f"{name} must be from {self.low} to {self.high}, got {number}")
        return number

    def corners(self) -> tuple[float, ...]:
        return (self.low, self.high)

    def inside(self, random: Random) -> float:
        if self.log:
            return random.choice(self.grid())
        if self.whole:
            return random.randrange(int(self.low), int(self.high) + 1, int(self.step))
        return self.low + random.randrange(round((self.high - self.low) / self.step) + 1) * self.step

    def grid(self, *extra: float) -> list[float]:
        """The positions of a log slider: *low* times powers of *step* up to *high*, and the values in *extra*."""
        count = math.floor(math.log(self.high / self.low) / math.log(self.step) + 1e-9)
        steps = [self.low * self.step**i for i in range(count + 1)]
        values = [*(round(v) if self.whole else float(f"{v:.4g}") for v in steps), self.low, self.high, *extra]
        return sorted(set(values))


@dataclass(frozen=True)
class Choice(Control):
    """A dropdown of strings."""

    options: tuple[str, ...] = ()

    def check(self, name: str, value: Any) -> str:
        if value not in self.options:
            raise ValueError(f"{name} must be one of {', '.join(map(repr, self.options))}, got {value!r}")
        return value

    def corners(self) -> tuple[str, ...]:
        return self.options

    def inside(self, random: Random) -> str:
        return random.choice(self.options)


@dataclass(frozen=True)
class Switch(Control):
    """A checkbox."""

    def check(self, name: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise TypeError(f"{name} must be True or False, got {value!r}")
        return value

    def corners(self) -> tuple[bool, ...]:
        return (False, True)

    def inside(self, random: Random) -> bool:
        return random.random() < 0.5


@dataclass(frozen=True)
class Text(Control):
    """A line of text, *shortest* to *longest* characters, all from *alphabet* (any, if that is empty)."""

    shortest: int = 1
    longest: int = 40
    alphabet: str = ""

    def check(self, name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError(f"{name} must be text, got {value!r}")
        if not self.shortest <= len(value) <= self.longest:
            raise ValueError(f"{name} must have {self.shortest} to {self.longest} characters, got {len(value)}")
        strange = sorted(set(value) - set(self.alphabet)) if self.alphabet else []
        if strange:
            raise ValueError(f"{name} may only contain the characters {self.alphabet!r}, got {strange[0]!r}")
        return value

    def corners(self) -> tuple[str, ...]:
        letters = self.alphabet or "Aé "
        lengths = {self.shortest, self.longest}
        repeated = {letters[end] * n for end in (0, -1) for n in lengths}
        return tuple(sorted(repeated | {(letters * n)[:n] for n in lengths}))

    def inside(self, random: Random) -> str:
        return "".join(random.choices(self.alphabet or "abc xyz", k=random.randint(self.shortest, self.longest)))


def control(
    default: float,
    low: float,
    high: float,
    step: float,
    label: str,
    *,
    log: bool = False,
    play: bool = False,
    hint: str = "",
) -> Any:
    """A slider as a field of Params. Whole numbers if *default* and the bounds are ints.

    With ``log=True`` the slider is even on a logarithmic scale and *step* is the factor between its positions (1.2).
    With ``play=True``, for whole numbers, buttons play and stop stand beside it.
    """
    whole = all(isinstance(v, int) and not isinstance(v, bool) for v in (default, low, high))
    if not low < high:
        raise ValueError(f"low must be below high, got {low} and {high}")
    if (log and not (low > 0 and step > 1)) or step <= 0:
        raise ValueError(f"step must be positive (a log slider: low > 0 and a factor above 1), got {step} from {low}")
    if play and (log or not whole):
        raise ValueError("play must be for whole numbers on an even scale")
    return _field(default, Number(label, hint, low, high, step, whole, log, play))


def choice(default: str, options: Sequence[str], label: str, *, hint: str = "") -> Any:
    """A dropdown as a field of Params."""
    return _field(default, Choice(label, hint, tuple(options)))


def switch(default: bool, label: str, *, hint: str = "") -> Any:
    """A checkbox as a field of Params."""
    return _field(default, Switch(label, hint))


def text(default: str, label: str, *, shortest: int = 1, longest: int = 40, alphabet: str = "", hint: str = "") -> Any:
    """A line of text as a field of Params; applied when the reader presses Enter or leaves the field."""
    return _field(default, Text(label, hint, shortest, longest, alphabet))


def _field(default: Any, made: Control) -> Any:
    made.check("default", default)
    return field(default=default, metadata={"control": made})


@dataclass(frozen=True)
class Long:
    """What takes longer than a slider's step: a button *label* starts it, a bar shows how far it is, it can be stopped.

    *steps* takes Params and the frame that is shown, and yields (share done from 0 to 1, frame to show now), at least
    three times a second, so that Stop is heard.
    """

    label: str
    steps: Callable[[Any, Any], Iterator[tuple[float, Any]]]
    hint: str = ""


@dataclass(frozen=True)
class Scene:
    """A live figure: five parts, see the package docstring for what each must do; perhaps a long computation."""

    Params: type
    compute: Callable[[Any], Any]
    draw: Callable[[Any], Any]
    redraw: Callable[[Any, Any], None]
    describe: Callable[[Any], str]
    long: Long | None = None

    @cached_property
    def controls(self) -> dict[str, Control]:
        """The controls by the names of their fields, in reading order."""
        return {f.name: f.metadata["control"] for f in fields(self.Params)}

    def params(self, **start: Any) -> Any:
        """Params with the values in *start* instead of the defaults, all checked.

        Raises
        ------
        TypeError
            A name that is not a parameter, or a value of the wrong type.
        ValueError
            A value that the control cannot show.
        """
        for name in start:
            if name not in self.controls:
                raise TypeError(f"no parameter {name!r}; this figure has {', '.join(self.controls)}")
        return self.Params(**{name: self.controls[name].check(name, value) for name, value in start.items()})

    def corners(self, most: int = 64, seed: int = 0) -> Iterator[Any]:
        """Params at the corners of the box: all of them, or *most* drawn at random when there are more."""
        axes = [c.corners() for c in self.controls.values()]
        if math.prod(map(len, axes)) <= most:
            combinations: Any = itertools.product(*axes)
        else:
            random = Random(seed)
            combinations = ([random.choice(axis) for axis in axes] for _ in range(most))
        return (self.params(**dict(zip(self.controls, values))) for values in combinations)

    def inside(self, count: int, seed: int = 0) -> Iterator[Any]:
        """*count* random Params."""
        random = Random(seed)
        return (self.params(**{n: c.inside(random) for n, c in self.controls.items()}) for _ in range(count))
