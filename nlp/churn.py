"""Leaving and staying, judged together with the sentiment.

Labels of churn share their evidence: "never again" speaks for three of them, and what is loyal is seldom
meant badly. So their probabilities are multiplied by how well the sentiment goes with them, and risk is
decided by the sum of its three labels before the likeliest of them is named.
"""

import numpy as np
from numpy.typing import NDArray

from nlp.calibrate import FloatArray
from nlp.heads import HEADS, slices
from nlp.labels import CHURN, SENTIMENTS

PLACE = slices(HEADS)["churn"]
MOOD = slices(HEADS)["sentiment"]
NAMES = tuple(CHURN)
RISK = [NAMES.index(name) for name in ("left", "leaving", "at_risk")]
LOYAL, NEITHER = NAMES.index("loyal"), NAMES.index("none")
# both chosen on 795 texts of industries that were held out of training
LEAST_RISK = 0.26
LEAST_LOYAL = 0.4


def settle(probabilities: FloatArray, said: NDArray[np.bool_]) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Probabilities and decisions of items, (items, labels) each, with churn settled."""
    settled, decided = probabilities.copy(), said.copy()
    mood = probabilities[:, MOOD]
    churn = probabilities[:, PLACE].copy()
    churn[:, RISK] *= 1 - mood[:, [SENTIMENTS.index("positive")]]
    churn[:, LOYAL] *= 1 - mood[:, SENTIMENTS.index("negative")]
    churn /= np.maximum(churn.sum(1, keepdims=True), 1e-9)
    settled[:, PLACE] = churn
    decided[:, PLACE] = _label(churn)[:, None] == np.arange(len(NAMES))
    return settled, decided


def _label(churn: FloatArray) -> NDArray[np.int64]:
    risk = churn[:, RISK].sum(1)
    kind = np.array(RISK)[churn[:, RISK].argmax(1)]
    calm = np.where(churn[:, LOYAL] >= LEAST_LOYAL, LOYAL, NEITHER)
    leaves = (risk >= LEAST_RISK) & (risk >= churn[:, LOYAL])
    return np.asarray(np.where(leaves, kind, calm))
