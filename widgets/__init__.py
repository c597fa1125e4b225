"""Live figures: each is one module with parameters, numbers, a picture and a sentence.

To add a figure, write ``widgets/my_figure.py`` with these parts, in this order, and add its name to ``SCENES``::

    @dataclass(frozen=True)
    class Params:                                     # 1 what the reader may change: control, choice, switch, text
        t: int = control(100, 1, 1000, 1, "number t")

    @dataclass(frozen=True, eq=False)
    class Frame: ...                                  # numbers, arrays, strings; never plotly objects
    def compute(params: Params) -> Frame: ...         # 2 from polyquant; ValueError if the settings are impossible

    def draw(frame: Frame) -> go.Figure: ...          # 3 once: traces and titles without data, then redraw
    def redraw(figure, frame) -> None: ...            #   in place: all data, ranges, words that depend on the frame

    def describe(frame: Frame) -> str: ...            # 4 one to three sentences with the same facts
    SCENE = Scene(Params, compute, draw, redraw, describe)
    def explore(**start) -> Explorer: return Explorer(SCENE, **start)

What every scene promises is in ``_contract`` and tested (tests/widgets/test_scenes.py): the corners of the box of
parameters compute and draw finite numbers, or raise a ValueError whose message helps; every axis has a title;
``redraw(draw(a), b)`` equals ``draw(b)``; every control changes the picture and the sentence, and lightly; the saved
picture can be drawn. In ``redraw`` assign, never read back: inside an explorer assignments are collected and applied
together. The number of traces is fixed. What takes longer than a slider's step (0.15 s) goes behind a button with a
bar and a stop: ``Scene(..., long=Long("200 more runs", steps))``; ``steps(params, frame)`` yields (share done, frame).
``control(..., play=True)`` lets a slider walk on its own. Look at all pictures: ``python -m polyquant_widgets FOLDER``.
Colours have meanings (``_theme``): SIGNAL what is studied, ACCENT what was just moved, GOOD, WARNING, MUTED references.
"""

from importlib import import_module
from typing import Any

SCENES: tuple[str, ...] = (  # in the order of the lessons
    "integer_codes",
    "kraft_strip",
    "flipped_bit",
    "letters",
    "implied_laws",
    "golomb_panel",
    "real_numbers",
    "merging_tree",
    "huffman_excess",
    "block_length",
    "length_limit",
    "adaptive_tree",
    "floors",
    "exponents",
    "eleven_bits",
    "flipped_byte",
    "one_curve",
    "arrivals",
    "x_adic",
    "dealing",
    "same_shares",
    "two_worlds",
    "peeling",
    "share_sizes",
    "broken_shares",
    "noisy_answer",
    "t_curve",
    "clocks",
    "dials_matrix",
    "alike_dials",
    "trade_off_room",
    "at_scale",
    "butterfly",
    "aliasing_bins",
    "bipartite_peeling",
    "phase_transition",
    "noise_curves",
    "never_build",
    "forest",
    "spread_weights",
    "codebook_size",
    "pyramid_3d",
    "counting",
    "search_staircase",
    "rate_distortion",
    "gain_split",
    "rotation_before_after",
    "hessian_spectrum",
    "pareto",
)
# Functions for lessons, and the module of each.
HELPERS = {"ready": "_ready", "show_source": "_source", "explorable": "_explorable"}


def __getattr__(name: str) -> Any:
    if name in SCENES:
        return import_module(f"{__name__}.{name}")
    if name in HELPERS:
        return getattr(import_module(f"{__name__}.{HELPERS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; the live figures are {', '.join(SCENES)}")
