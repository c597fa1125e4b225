"""Trains the forest of ``forest.json`` again: ``python -m polyquant.datasets._train FILE``; needs scikit-learn.

The file that is shipped was made with scikit-learn 1.9.1; other versions may grow other trees.
"""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

PATIENTS = (0, 7, 44, 73, 81, 68)  # two clear cancers, two that the forest doubts, two benign ones that it doubts


def train() -> dict[str, Any]:
    """The forest and its patients as the file has them."""
    data = import_module("sklearn.datasets").load_breast_cancer()
    kind = import_module("sklearn.ensemble").RandomForestClassifier
    model = kind(n_estimators=25, max_depth=4, random_state=0).fit(data.data, data.target)
    return {
        "format": 1,
        "scikit-learn": import_module("sklearn").__version__,
        "features": data.feature_names.tolist(),
        "background": data.data[data.target == 1].mean(axis=0).tolist(),
        "patients": [
            {"row": row, "malignant": bool(data.target[row] == 0), "values": data.data[row].tolist()}
            for row in PATIENTS
        ],
        "trees": [_tree(estimator.tree_) for estimator in model.estimators_],
    }


def _tree(tree: Any) -> dict[str, list[float]]:
    leaf = tree.children_left < 0
    share = tree.value[:, 0, 0] / tree.value[:, 0].sum(axis=1)
    columns = {
        "feature": tree.feature * ~leaf,
        "threshold": tree.threshold * ~leaf,
        "left": tree.children_left,
        "right": tree.children_right,
        "value": share * leaf,
    }
    return {name: column.tolist() for name, column in columns.items()}


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python -m polyquant.datasets._train FILE")
    text = (
        json.dumps(train(), separators=(",", ":")).replace('{"feature"', '\n{"feature"').replace('{"row"', '\n{"row"')
    )
    Path(sys.argv[1]).write_text(text + "\n", "ascii")


if __name__ == "__main__":
    main()
