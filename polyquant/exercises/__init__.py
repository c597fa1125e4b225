"""Checks for the exercises of the lessons: each takes an answer and says "Right" or the first case that went wrong.

A check tries hidden cases, gives a hint and never the answer. Its result is true or false, so a grader can assert it.
"""

from ._verdict import Verdict
from .diet import layer_on_a_diet
from .excess import deep_tree, huffman_cost, message_interval
from .laws import best_bet, golomb_lengths, golomb_parameter
from .private import dials_for_200, dials_rank, points_and_lines, subset_client
from .pyramids import projection_misses, pyramid_count, pyramid_decode, split_the_bits
from .sharing import constant_term_attack, deal_for_two, one_liar, recover_from_two, tight_size
from .spectra import aliasing_identity, defeat_the_groups, design_for_noise, fixed_groups, single_in_a_bin
from .sums import sign_of, transform, xor_of_dice
from .weights import limited_lengths, predicted_size
from .words import broken_prefix, gamma_code, missing_length

__all__ = [
    "Verdict",
    "aliasing_identity",
    "best_bet",
    "broken_prefix",
    "constant_term_attack",
    "deal_for_two",
    "deep_tree",
    "defeat_the_groups",
    "design_for_noise",
    "dials_for_200",
    "dials_rank",
    "fixed_groups",
    "gamma_code",
    "golomb_lengths",
    "golomb_parameter",
    "huffman_cost",
    "layer_on_a_diet",
    "limited_lengths",
    "message_interval",
    "missing_length",
    "one_liar",
    "points_and_lines",
    "predicted_size",
    "projection_misses",
    "pyramid_count",
    "pyramid_decode",
    "recover_from_two",
    "sign_of",
    "single_in_a_bin",
    "split_the_bits",
    "subset_client",
    "tight_size",
    "transform",
    "xor_of_dice",
]
