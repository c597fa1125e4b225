import pytest

from polyquant.exercises import layer_on_a_diet
from polyquant.quantize.weights import quantize_matrix


def silent(verdict):
    """A verdict that is no and hints; its message."""
    assert not verdict
    assert verdict.hint
    return verdict.message


def test_rotation_and_feedback_together_pass():
    assert layer_on_a_diet(lambda w, h: quantize_matrix(w, bits=3.1, hessian=h))


@pytest.mark.parametrize(
    ("wrong", "message", "hint"),
    [
        (lambda w, h: quantize_matrix(w, bits=3.1), "as trained has an output error", "behind it"),
        (lambda w, h: quantize_matrix(w, bits=3.0, group=8, hessian=h), "as trained has an output error", "bits"),
        (lambda w, h: quantize_matrix(w, bits=3.1, hessian=h, rotate=False), "three large weights", "lesson 51"),
        (lambda w, h: quantize_matrix(w, bits=3.3, hessian=h), "3.1 are allowed", "scales"),
    ],
)
def test_half_of_it_is_not_enough(wrong, message, hint):
    verdict = layer_on_a_diet(wrong)
    assert message in silent(verdict)
    assert hint in verdict.hint


def test_other_answers_are_refused():
    assert "nothing" in silent(layer_on_a_diet(lambda w, h: ...))
    assert "must return QuantizedMatrix" in silent(layer_on_a_diet(lambda w, h: w))
    assert "ZeroDivisionError" in silent(layer_on_a_diet(lambda w, h: 1 / 0))
    other = quantize_matrix([[1.0, 2.0] * 8] * 2, k=1)
    assert "shape" in layer_on_a_diet(lambda w, h: other).message
