"""The saved picture has what the live figure has. Judged by the drawn matplotlib figure, and by the bytes."""

import io
import re

import numpy as np
import plotly.graph_objects as go
import pytest
from matplotlib.colors import to_hex
from PIL import Image
from plotly.subplots import make_subplots
from polyquant_widgets import _theme as theme
from polyquant_widgets._axes import short, spacing
from polyquant_widgets._dress import array, plain, rgba
from polyquant_widgets._picture import _draw, picture


def texts(drawn):
    """All words in the picture."""
    drawn.draw_without_rendering()
    return {text.get_text() for text in drawn.findobj(lambda a: hasattr(a, "get_text")) if text.get_visible()} - {""}


def lines(drawn):
    return [line for line in drawn.axes[1].get_lines() if len(line.get_xdata())]


@pytest.fixture
def curves():
    figure = theme.blank("time", "bits", title_text="Two curves")
    figure.add_scatter(x=[1, 2, 3], y=[1, 4, 9], name="square", mode="lines", line={"color": theme.SIGNAL})
    figure.add_scatter(
        x=[1, 2, 3], y=[1, 2, 3], name="line", mode="lines", line={"color": theme.ACCENT, "dash": "dash"}
    )
    return figure


def test_a_picture_is_a_small_png_with_its_words(curves):
    png = picture(curves, "Two curves, one steeper: ∑")
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    assert image.size == (800, 333)
    assert len(png) < 20_000
    assert image.text["Description"] == "Two curves, one steeper: ∑"


def test_the_same_figure_gives_the_same_bytes(curves):
    assert picture(curves, "words") == picture(go.Figure(curves), "words")


def test_titles_names_and_ticks_are_written(curves):
    assert texts(_draw(curves)) >= {"Two curves", "time", "bits", "square", "line", "2"}


def test_lines_keep_data_colour_width_and_dash(curves):
    square, line = lines(_draw(curves))
    assert list(square.get_ydata()) == [1, 4, 9]
    assert [to_hex(one.get_color()) for one in (square, line)] == [theme.SIGNAL, theme.ACCENT]
    assert square.get_linestyle() == "-" != line.get_linestyle()
    assert square.get_linewidth() == 2.5 * 0.75  # the template's pixels in points


def test_the_colours_of_the_template_reach_the_pixels(curves):
    pixels = np.asarray(Image.open(io.BytesIO(picture(curves))).convert("RGB")).reshape(-1, 3).astype(int)
    for colour in (theme.SIGNAL, theme.ACCENT, theme.PAPER):
        wanted = np.array(rgba(colour)[:3]) * 255
        assert np.abs(pixels - wanted).sum(axis=1).min() < 12


def test_hidden_traces_are_left_out(curves):
    curves.data[0].visible = False
    curves.data[1].visible = "legendonly"
    assert lines(_draw(curves)) == []


def test_gaps_break_a_line():
    drawn = _draw(theme.blank("x", "y").add_scatter(x=[1, 2, 3], y=[1, None, 3], mode="lines"))
    assert np.isnan(lines(drawn)[0].get_ydata()[1])


def test_steps_are_steps():
    drawn = _draw(theme.blank("x", "y").add_scatter(x=[1, 2], y=[1, 2], mode="lines", line_shape="hv"))
    assert lines(drawn)[0].get_drawstyle() == "steps-post"


def test_markers_keep_size_symbol_and_colours():
    figure = theme.blank("x", "y")
    marker = {"size": [8, 16], "color": [theme.SIGNAL, theme.GOOD], "symbol": ["circle", "square-open"], "opacity": 1}
    figure.add_scatter(x=[1, 2], y=[1, 2], mode="markers", marker=marker)
    full, hollow = _draw(figure).axes[1].collections
    assert (full.get_sizes()[0], hollow.get_sizes()[0]) == (36, 144)
    assert to_hex(full.get_facecolor()[0]) == theme.SIGNAL
    assert to_hex(hollow.get_edgecolor()[0]) == theme.GOOD
    assert len(hollow.get_facecolor()) == 0


def test_texts_stand_at_their_points():
    figure = theme.blank("x", "y").add_scatter(x=[1, 2], y=[1, 2], mode="text", text=["a", "b"])
    figure.data[0].textposition = "top center"
    places = {t.get_text(): t.xy for t in _draw(figure).axes[1].texts}
    assert places == {"a": (1, 1), "b": (2, 2)}


@pytest.mark.parametrize("fill", ["tozeroy", "toself"])
def test_areas_are_filled(fill):
    figure = theme.blank("x", "y").add_scatter(x=[1, 2, 2], y=[1, 1, 2], mode="lines", fill=fill, fillcolor=theme.SHADE)
    axes = _draw(figure).axes[1]
    areas = [*axes.collections, *axes.patches]
    assert [to_hex(area.get_facecolor() if fill == "toself" else area.get_facecolor()[0]) for area in areas] == [
        theme.SHADE
    ]


def boxes(drawn):
    return [(p.get_x(), p.get_y(), p.get_width(), p.get_height()) for p in drawn.axes[1].patches]


def test_grouped_bars_share_their_places():
    figure = theme.blank("k", "n", bargap=0.2)
    figure.add_bar(x=["a", "b"], y=[1, 2])
    figure.add_bar(x=["a", "b"], y=[3, 4])
    assert np.allclose(boxes(_draw(figure)), [(-0.4, 0, 0.4, 1), (0.6, 0, 0.4, 2), (0, 0, 0.4, 3), (1, 0, 0.4, 4)])
    assert texts(_draw(figure)) >= {"a", "b"}


def test_stacked_bars_stand_on_each_other_and_negative_ones_hang():
    figure = theme.blank("k", "n", barmode="relative", bargap=0)
    figure.add_bar(x=[0, 1], y=[1, -1])
    figure.add_bar(x=[0, 1], y=[2, -2])
    assert [(y, height) for _, y, _, height in boxes(_draw(figure))] == [(0, 1), (0, -1), (1, 2), (-1, -2)]


def test_lying_bars_keep_base_width_offset_and_words():
    figure = theme.blank("x", "y")
    figure.add_bar(y=[0, 0], x=[0.5, 0.25], base=[0, 0.5], width=1, offset=0, orientation="h", text=["0", "10"])
    drawn = _draw(figure)
    assert boxes(drawn) == [(0, 0, 0.5, 1), (0.5, 0, 0.25, 1)]
    assert texts(drawn) >= {"0", "10"}


def test_patterned_bars_are_hatched():
    figure = theme.blank("x", "y").add_bar(x=[1], y=[1], marker={"color": theme.ACCENT, "pattern": {"shape": "/"}})
    patch = _draw(figure).axes[1].patches[0]
    assert patch.get_hatch() == "///"
    assert to_hex(patch.get_edgecolor()) == theme.ACCENT


def test_a_heat_map_keeps_numbers_words_gaps_and_colour_bar():
    figure = theme.blank("x", "y")
    figure.add_heatmap(z=[[1, 2], [3, 4]], x=["a", "b"], text=[["p", "q"], ["r", "s"]], texttemplate="%{text}", xgap=2)
    figure.data[0].colorbar.title.text = "bits"
    drawn = _draw(figure)
    mesh = drawn.axes[1].collections[0]
    assert mesh.get_array().tolist() == [[1, 2], [3, 4]]
    assert mesh.get_clim() == (1, 4)
    assert texts(drawn) >= {"a", "b", "p", "q", "r", "s", "bits"}


def test_ticks_of_a_colour_bar_have_its_format():
    figure = theme.blank("x", "y").add_heatmap(z=[[0, 1]], colorbar={"tickvals": [0, 0.5, 1], "tickformat": ".0%"})
    assert texts(_draw(figure)) >= {"0%", "50%", "100%"}


def test_a_diverging_map_is_centred():
    figure = theme.blank("x", "y").add_heatmap(z=[[-1, 3]], zmid=0, colorscale=theme.DIVERGING)
    assert _draw(figure).axes[1].collections[0].get_clim() == (-3, 3)


def test_log_axes_read_ranges_and_annotations_in_powers_of_ten():
    figure = theme.blank("x", "y", xaxis_type="log", xaxis_range=[0, 3])
    figure.add_scatter(x=[1, 1000], y=[1, 2], mode="lines")
    figure.add_annotation(x=2, y=1, text="hundred")
    figure.add_shape(type="line", x0=10, x1=10, y0=0, y1=1, yref="y domain")
    axes = _draw(figure).axes[1]
    assert axes.get_xscale() == "log"
    assert axes.get_xlim() == pytest.approx((1, 1000))
    assert axes.texts[0].xy == (100, 1)
    assert axes.lines[1].get_xdata() == [10, 10]
    assert texts(_draw(figure)) >= {"1", "10", "100", "1000"}


def test_reversed_category_and_given_ticks():
    figure = theme.blank("x", "y").add_bar(y=["a", "b"], x=[1, 2], orientation="h")
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(tickvals=[0, 2], ticktext=["none", "two<br>bits"])
    drawn = _draw(figure)
    assert drawn.axes[1].get_ylim() == (1.5, -0.5)
    assert texts(drawn) >= {"none", "two\nbits"}


def test_axes_that_fit_themselves_show_shapes_too():
    figure = theme.blank("x", "y").add_scatter(x=[0, 1], y=[0, 1], mode="lines")
    figure.add_shape(type="rect", x0=0, x1=2, y0=0, y1=5, fillcolor=theme.SHADE, layer="below")
    axes = _draw(figure).axes[1]
    assert axes.get_xlim()[1] >= 2
    assert axes.get_ylim()[1] >= 5
    assert axes.patches[0].get_zorder() < axes.lines[0].get_zorder()


def test_panels_stand_where_their_domains_say():
    figure = theme.dress(make_subplots(1, 2, column_widths=[0.7, 0.3]))
    figure.add_scatter(y=[1, 2], row=1, col=1)
    figure.add_bar(y=[1, 2], row=1, col=2)
    left, right = (axes.get_position() for axes in _draw(figure).axes[1:])
    assert left.x1 < right.x0
    assert left.width / right.width == pytest.approx(7 / 3)


def test_panels_that_share_an_axis_share_its_range():
    figure = theme.dress(make_subplots(2, 1, shared_xaxes=True))
    figure.add_scatter(x=[0, 1], y=[1, 2], row=1, col=1)
    figure.add_scatter(x=[5, 9], y=[1, 2], row=2, col=1)
    one, two = _draw(figure).axes[1:]
    assert one.get_xlim() == two.get_xlim()
    assert one.get_xlim()[0] <= 0
    assert one.get_xlim()[1] >= 9


def test_a_second_axis_stands_on_the_right_of_the_same_panel():
    figure = theme.dress(make_subplots(specs=[[{"secondary_y": True}]]))
    figure.add_scatter(x=[0, 1], y=[1, 2])
    figure.add_scatter(x=[0, 1], y=[100, 200], secondary_y=True)
    one, two = _draw(figure).axes[1:]
    assert np.allclose(one.get_position().bounds, two.get_position().bounds)
    assert not two.patch.get_visible()
    assert two.yaxis.get_label_position() == "left" or two.yaxis.get_ticks_position() == "right"


def test_annotations_have_arrows_paper_places_and_lines():
    figure = theme.blank("x", "y").add_scatter(x=[0, 1], y=[0, 1])
    figure.add_annotation(x=0.5, y=0.5, text="here", showarrow=True, ax=20, ay=-20)
    figure.add_annotation(x=0.5, y=1, xref="paper", yref="paper", text="one<br>two")
    drawn = _draw(figure)
    paper, panel = drawn.axes
    assert panel.texts[0].arrow_patch is not None
    assert panel.texts[0].xyann == (15, 15)
    assert [(t.get_text(), t.arrow_patch) for t in paper.texts] == [("one\ntwo", None)]


def test_a_long_legend_wraps_and_stays_inside():
    figure = theme.blank("x", "y")
    for i in range(12):
        figure.add_scatter(x=[0, 1], y=[i, i], name=f"curve number {i}", **theme.style(i))
    drawn = _draw(figure)
    box = drawn.legends[0].get_tightbbox(drawn.canvas.get_renderer())
    assert box.x1 <= drawn.bbox.x1
    assert box.y1 <= drawn.bbox.y1
    names = [text.get_text() for text in drawn.legends[0].get_texts()]
    columns = next(i for i in range(1, 12) if names[i] == "curve number 1")  # so many rows
    assert sorted(names) == sorted(f"curve number {i}" for i in range(12))
    assert 1 < columns < 12


def test_one_trace_needs_no_legend():
    assert _draw(theme.blank("x", "y").add_scatter(y=[1, 2], name="alone")).legends == []


def test_nothing_is_cut_off_at_the_edges():
    figure = theme.blank("x", "a title<br>of two lines", margin={"l": 0, "b": 0})
    figure.add_bar(y=["a very long name of a bar that needs room"], x=[1], orientation="h")
    drawn = _draw(figure)
    boxes_ = [axes.get_tightbbox(drawn.canvas.get_renderer()) for axes in drawn.axes[1:]]
    assert min(box.x0 for box in boxes_) >= 0
    assert min(box.y0 for box in boxes_) >= 0


@pytest.mark.parametrize(
    ("figure", "message"),
    [
        (go.Figure(go.Pie(values=[1])), "scatter, bar and heatmap traces, got 'pie'"),
        (go.Figure(go.Scatter(y=[1, 2], fill="tonexty")), "fill tozeroy and toself, got 'tonexty'"),
        (go.Figure(layout={"shapes": [{"type": "path", "path": "M0,0"}]}), "shapes line, rect and circle, got 'path'"),
    ],
)
def test_what_cannot_be_drawn_is_named(figure, message):
    with pytest.raises(TypeError, match=re.escape(message)):
        picture(figure)


def test_an_empty_figure_is_a_picture_too():
    assert picture(theme.blank("x", "y")).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("a<br>b", "a\nb"),
        ("<b>bold</b> &lt; &amp;", "bold < &"),
        ("2<sup>n</sup>", r"2$^{\mathdefault{n}}$"),
        ("5 $", r"5 \$"),
        (7, "7"),
    ],
)
def test_little_html_becomes_plain_words(html, words):
    assert plain(html) == words


@pytest.mark.parametrize(
    ("colour", "numbers"),
    [
        ("#ff0000", (1, 0, 0, 1)),
        ("rgb(0, 255, 0)", (0, 1, 0, 1)),
        ("rgba(0,0,255,0.5)", (0, 0, 1, 0.5)),
        ("black", (0, 0, 0, 1)),
    ],
)
def test_colours_are_read_in_all_their_forms(colour, numbers):
    assert rgba(colour) == numbers


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (1000, "", "1000"),
        (10_000, "", "10k"),
        (2_500_000, "", "2.5M"),
        (-3, "", "−3"),
        (0.25, ".0%", "25%"),
        (1234.0, ",d", "1,234"),
    ],
)
def test_tick_texts_are_short(value, form, text):
    assert short(value, form) == text


@pytest.mark.parametrize(
    ("span", "pixels", "step"), [(8, 860, 1), (11, 880, 2), (1.0, 880, 0.2), (33, 850, 5), (0, 100, 1)]
)
def test_ticks_are_as_far_apart_as_in_plotly(span, pixels, step):
    assert spacing(span, pixels, 80) == pytest.approx(step)


def test_missing_numbers_become_nan():
    assert np.array_equal(array([1, None, 2.5]), [1, np.nan, 2.5], equal_nan=True)
    assert array(["a", "b"]).tolist() == ["a", "b"]
