"""What lies on top of the traces: shapes, annotations and the legend."""

from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, Patch, Polygon
from matplotlib.transforms import ScaledTranslation, blended_transform_factory

from ._axes import Panel
from ._dress import MARKERS, dash, font, mode, plain, points, rgba

Places = dict[tuple[str, str], Panel]


def _frame(paper: Any, places: Places, xref: str, yref: str) -> tuple[Any, Any, Panel | None]:
    """The transform for a point with these references, and the panel whose axes it names."""
    panel = None
    for (x, y), one in places.items():
        if (xref, yref) != ("paper", "paper") and xref.split()[0] in (x, "paper") and yref.split()[0] in (y, "paper"):
            panel = one
            break
    halves = []
    for ref in (xref, yref):
        if ref == "paper" or panel is None:
            halves.append(paper.transAxes)
        else:
            halves.append(panel.axes.transAxes if ref.endswith("domain") else panel.axes.transData)
    return blended_transform_factory(*halves), panel


def reach(places: Places, layout: dict[str, Any]) -> None:
    """Let axes that fit themselves to what is drawn show the shapes and annotations too, as plotly does."""
    for panel in places.values():
        for name in "xy":
            for shape in layout["shapes"]:
                if shape.get(name + "ref", name) == panel.names[name] and name + "0" in shape:
                    panel.reach(name, [_at(panel, name, shape, shape[name + end]) for end in "01"])
            for note in layout["annotations"]:
                if note.get(name + "ref", name) == panel.names[name]:
                    panel.reach(name, [_place(panel, name, note, panel.names[name])])


def shapes(paper: Any, places: Places, layout: dict[str, Any]) -> None:
    """Rectangles, lines and circles of the layout."""
    for shape in layout["shapes"]:
        if shape.get("visible", True):
            move, panel = _frame(paper, places, shape.get("xref", "x"), shape.get("yref", "y"))
            _put(_shape(panel, shape, move), paper, panel)


def _shape(panel: Panel | None, shape: dict[str, Any], move: Any) -> Any:
    kind = shape.get("type", "rect")
    if kind not in ("line", "rect", "circle"):
        raise TypeError(f"a picture can hold shapes line, rect and circle, got {kind!r}")
    (x0, x1), (y0, y1) = ([_at(panel, name, shape, shape[name + end]) for end in "01"] for name in "xy")
    line, opacity = shape.get("line", {}), shape.get("opacity", 1)
    colour = rgba(line.get("color", "#444"), opacity)
    look = {"linewidth": points(line.get("width", 2)), "linestyle": dash(line.get("dash")), "transform": move}
    look["zorder"] = 0.6 if shape.get("layer") in ("below", "between") else 3
    if kind == "line":
        return Line2D([x0, x1], [y0, y1], color=colour, **look)
    look |= {"edgecolor": colour, "facecolor": rgba(shape.get("fillcolor") or "none", opacity)}
    if kind == "rect":
        return Polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], **look)
    return Ellipse(((x0 + x1) / 2, (y0 + y1) / 2), abs(x1 - x0), abs(y1 - y0), **look)


def _at(panel: Panel | None, name: str, item: dict[str, Any], value: Any) -> float:
    """A shape's coordinate: a category by its place, a number as it is."""
    ref = item.get(name + "ref", name)
    if panel is None or ref == "paper" or ref.endswith("domain"):
        return float(value)
    return float(panel.values(name, [value])[0])


def _put(mark: Any, paper: Any, panel: Panel | None) -> None:
    axes = panel.axes if panel else paper
    limits = axes.get_xlim(), axes.get_ylim()
    axes.add_artist(mark)
    axes.set_xlim(limits[0], auto=None)
    axes.set_ylim(limits[1], auto=None)
    if panel is None:
        mark.set_clip_on(False)


def annotations(paper: Any, places: Places, layout: dict[str, Any]) -> None:
    """Texts of the layout, with their arrows."""
    for note in layout.get("annotations", ()):
        if not note.get("visible", True):
            continue
        xref, yref = note.get("xref", "x"), note.get("yref", "y")
        move, panel = _frame(paper, places, xref, yref)
        spot = (_place(panel, "x", note, xref), _place(panel, "y", note, yref))
        shift = (points(note.get("xshift", 0)), points(note.get("yshift", 0)))
        _note(paper, panel, note, spot, move, shift, layout)


def _place(panel: Panel | None, name: str, note: dict[str, Any], ref: str, prefix: str = "") -> float:
    """An annotation's coordinate: on a log axis plotly counts in powers of ten."""
    value = note.get(prefix + name, 0.5)
    if panel is None or ref == "paper" or ref.endswith("domain"):
        return float(value)
    return 10.0**value if panel.kind(name) == "log" else float(panel.values(name, [value])[0])


def _note(paper: Any, panel: Any, note: dict[str, Any], spot: Any, move: Any, shift: Any, layout: dict) -> None:
    axes = paper if panel is None else panel.axes
    inch = axes.figure.dpi_scale_trans
    arrow = note.get("showarrow", True)
    if arrow and note.get("axref", "pixel") == "pixel":
        tail, where = (points(note.get("ax", -10)), -points(note.get("ay", -30))), "offset points"
    elif arrow:
        tail = (_place(panel, "x", note, note["axref"], "a"), _place(panel, "y", note, note["ayref"], "a"))
        where = move
    else:
        tail, where = shift, "offset points"
    sides = {"ha": _anchor(note, "x", spot[0]), "va": {"middle": "center"}.get(s := _anchor(note, "y", spot[1]), s)}
    box = {
        "facecolor": rgba(note.get("bgcolor") or "none"),
        "edgecolor": rgba(note.get("bordercolor") or "none"),
        "linewidth": points(note.get("borderwidth", 1)),
        "boxstyle": f"square,pad={0.1 + points(note.get('borderpad', 1)) / 10:.3f}",
    }
    pointed = {
        "arrowstyle": "-|>" if note.get("arrowhead", 1) else "-",
        "color": rgba(note.get("arrowcolor") or "#444"),
        "linewidth": points(note.get("arrowwidth", 1.5)),
        "shrinkA": 2,
        "shrinkB": points(note.get("standoff", 0)),
    }
    drawn = axes.annotate(
        plain(note.get("text", "")), spot, tail, textcoords=where, arrowprops=pointed if arrow else None, bbox=box,
        xycoords=move + ScaledTranslation(shift[0] / 72, shift[1] / 72, inch) if arrow else move, zorder=6,
        rotation=-note.get("textangle", 0), annotation_clip=False, alpha=note.get("opacity"), linespacing=1.25,
        multialignment=note.get("align", "center"), **sides, **font(note.get("font"), layout["font"]),
    )  # fmt: skip
    drawn.set_in_layout(panel is None)


def _anchor(note: dict[str, Any], name: str, place: float) -> str:
    """Where the text is held: plotly's "auto" means centre, but sides near the edges of the paper."""
    given = note.get(name + "anchor", "auto")
    if given != "auto":
        return given
    ref = note.get(name + "ref", name)
    ends = ("left", "right") if name == "x" else ("bottom", "top")
    if note.get("showarrow", True) or not (ref == "paper" or ref.endswith("domain")):
        return "center"
    return ends[0] if place < 1 / 3 else ends[1] if place > 2 / 3 else "center"


def legend(drawn: Figure, paper: Any, traces: list[dict[str, Any]], places: Places, layout: dict[str, Any]) -> Any:
    """The legend with plotly's rule: shown from two named traces on."""
    groups: set[str] = set()
    rows = []
    for trace in traces:
        group = trace.get("legendgroup")
        if trace.get("showlegend", True) and trace.get("name") and not (group and group in groups):
            rows.append((_sample(trace), plain(trace["name"])))
        groups |= {group} if group else set()
    wanted = layout.get("showlegend")
    if not rows or wanted is False or (wanted is None and len(traces) < 2):
        return None
    look = layout.get("legend", {})
    flat = look.get("orientation", "v") == "h"
    style = font(look.get("font"), layout["font"])
    up = {"top": "upper", "middle": "center", "bottom": "lower", "auto": "upper"}[look.get("yanchor", "auto")]
    side = {"auto": "left"}.get(s := look.get("xanchor", "left"), s)
    corner = f"{up} {side}".replace("center center", "center")
    columns = len(rows) if flat else 1
    while True:
        across = [row for column in range(columns) for row in rows[column::columns]]  # matplotlib fills columns first
        made = drawn.legend(
            *zip(*across), ncols=columns, loc=corner, bbox_to_anchor=(look.get("x", 1.02), look.get("y", 1)),
            bbox_transform=paper.transAxes, frameon=False, fontsize=style["size"], labelcolor=style["color"],
            handlelength=2.4, columnspacing=1.4, borderaxespad=0, borderpad=0.2,
        )  # fmt: skip
        right = made.get_tightbbox(drawn.canvas.get_renderer()).x1
        if columns == 1 or right < drawn.bbox.x1 - 90:  # the margins are still to come
            return made
        made.remove()
        columns -= 1


def _sample(trace: dict[str, Any]) -> Any:
    line, marker = trace.get("line", {}), trace.get("marker", {})
    first = marker.get("color") if isinstance(marker.get("color"), str) else None
    colour = rgba(line.get("color") or first or trace["colour"], trace.get("opacity", 1))
    if trace["type"] == "bar":
        return Patch(
            facecolor=rgba(first or trace["colour"], trace.get("opacity", 1)),
            hatch=marker.get("pattern", {}).get("shape"),
        )
    drawn = mode(trace)
    symbol = marker.get("symbol") if isinstance(marker.get("symbol"), str) else "circle"
    shape = MARKERS.get(str(symbol).removesuffix("-open"), "o") if "markers" in drawn else None
    return Line2D(
        [], [], color=colour, linestyle=dash(line.get("dash")) if "lines" in drawn else "none",
        linewidth=points(line.get("width", 2)), marker=shape, markersize=points(8), markeredgewidth=0,
        markerfacecolor=rgba(first) if first else colour,
    )  # fmt: skip
