"""One bundle of code for all figures of a kernel, and states that are up to date."""

import gzip
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import comm
import plotly
import plotly.graph_objects as go
import pytest
from polyquant_widgets import _figure
from polyquant_widgets._figure import CODE, LiveFigure, bundle


@pytest.fixture
def figure():
    return LiveFigure(go.Figure(go.Scatter(x=[1, 2, 3], y=[1.0, 4.0, 9.0])))


def bytes_of(widget):
    return sum(len(v) if isinstance(v, bytes | memoryview) else len(repr(v)) for v in widget.get_state().values())


def test_a_figure_is_light_and_the_code_is_sent_once_compressed(figure):
    assert bytes_of(figure) < 20_000
    assert 1_000_000 < bytes_of(bundle()) < 1_700_000
    assert bundle() is bundle()


def test_the_bundle_is_plotlys_own_code_and_says_its_version():
    assert gzip.decompress(bundle().packed) == CODE.read_bytes()
    assert bundle().version == plotly.__version__ == LiveFigure()._bundle_version


def test_the_code_has_the_parts_that_are_tamed():
    code = CODE.read_text()
    assert "FigureView" in code[code.rindex("export{") :]
    names = ["_sendTraceDeltas", "_sendLayoutDelta", "handle_plotly_hover", "handle_plotly_unhover", "perform_render"]
    assert [name for name in [*names, "autosizeFigure"] if f"{name}(" not in code] == []


def test_every_message_of_a_figure_is_kept_until_the_code_is_there():
    messages = {name for name in LiveFigure.class_trait_names(sync=True) if name.startswith("_py2js_")}
    source = (Path(_figure.__file__).parent / "_figure.js").read_text()
    assert len(messages) == 9
    assert {name for name in messages if f'"{name.removeprefix("_py2js_")}"' in source} == messages


def test_a_closed_bundle_is_replaced(monkeypatch):
    first = bundle()
    monkeypatch.setattr(_figure, "_bundle", None)
    other = bundle()
    other.close()
    assert bundle() is not other
    assert bundle() is not first


def test_a_page_that_is_reloaded_gets_the_figure_as_it_is_now(figure):
    with figure.batch_update():
        figure.data[0].y = [5.0, 6.0, 7.0]
        figure.layout.title.text = "moved"
    state = figure.get_state()
    assert "moved" in repr(state["_widget_layout"])
    assert "5.0" in repr(state["_widget_data"])
    assert figure.get_state("_config").keys() == {"_config"}


def test_the_front_end_hears_of_a_figure_once_when_it_is_whole(monkeypatch):
    told = []
    monkeypatch.setattr(LiveFigure, "_send", lambda self, message, buffers=None: told.append(message))
    real = comm.create_comm
    monkeypatch.setattr(comm, "create_comm", lambda **kept: told.append(kept["data"]) or real(**kept))
    figure = LiveFigure(go.Figure(go.Scatter(x=[1, 2, 3], y=[1.0, 4.0, 9.0]), {"title": "squares"}))
    [opened] = [one for one in told if one["state"].get("_model_name") == "AnyModel" and "_widget_data" in one["state"]]
    assert opened["state"]["_widget_data"][0]["y"] == [1.0, 4.0, 9.0]
    assert opened["state"]["_widget_layout"]["title"] == {"text": "squares"}
    assert opened["state"]["_config"] == figure._config
    assert told[told.index(opened) + 1 :] == []


def test_a_change_is_one_message_and_repeating_it_is_another(figure, monkeypatch):
    sent = []
    monkeypatch.setattr(figure, "_send", lambda message, buffers=None: sent.append(message["state"]))
    for y in ([5.0, 6.0, 7.0], [1.0, 1.0, 1.0], [5.0, 6.0, 7.0]):
        with figure.batch_update():
            figure.data[0].y = y
            figure.layout.title.text = str(y)
    assert [list(state) for state in sent] == [["_py2js_update"]] * 3
    assert sent[0] != sent[2]
    assert figure._py2js_update is None


def test_nothing_in_the_mode_bar_leads_to_another_host(figure):
    assert figure._config["displaylogo"] is False
    assert figure._config["plotlyServerURL"] == ""
    assert "sendChartToCloud" in figure._config["modeBarButtonsToRemove"]


def in_a_new_process(code, **environment):
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, check=True)
    return json.loads(done.stdout)


@pytest.mark.slow
def test_plain_figures_can_be_had_back():
    code = "from polyquant_widgets._figure import LiveFigure, _bundle; import json;"
    code += "print(json.dumps([len(str(LiveFigure()._esm)), _bundle]))"
    size, made = in_a_new_process(code, POLYQUANT_PLAIN_FIGURES="1")
    assert size > 4_000_000
    assert made is None


@pytest.mark.slow
@pytest.mark.skipif(not find_spec("rfc3987_syntax"), reason="nothing to leave out")
def test_figures_come_without_grammars_of_web_addresses_and_take_nothing_away():
    code = "import sys, json; import polyquant_widgets._figure; before = 'rfc3987_syntax' in sys.modules;"
    code += "import rfc3987_syntax, nbformat; print(json.dumps([before, bool(rfc3987_syntax.is_valid_syntax)]))"
    assert in_a_new_process(code) == [False, True]
