"""Ridge regression on a kernel, with what it would have said of each example, or group, had it not been trained on it.

Those held-out predictions cost nothing extra: with G = (K + noise·I)⁻¹ and weights A = G·Y, the prediction for example
i from all others is Yᵢ − Aᵢ/Gᵢᵢ, and for a group S from all outside of it Y_S − (G_SS)⁻¹·A_S. Rifkin and Lippert 2007,
"Notes on regularized least squares"; Rasmussen and Williams 2006, "Gaussian processes for machine learning", 5.4.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

Matrix = NDArray[np.float64]
_SINGLE_ABOVE = 4000  # examples: beyond, half the memory and time are worth more than the last digits


@dataclass(frozen=True)
class Ridge:
    """A solved regression of ``targets`` (examples × outputs) on a kernel."""

    targets: Matrix
    inverse: Matrix
    weights: Matrix

    def without_each(self) -> Matrix:
        """What is predicted for each example from all the others."""
        held_out: Matrix = self.targets - self.weights / np.diag(self.inverse)[:, None]
        return held_out

    def without(self, group: NDArray[np.int64]) -> Matrix:
        """What is predicted for the examples of ``group`` (their indices) from those outside of it."""
        block = self.inverse[np.ix_(group, group)]
        held_out: Matrix = self.targets[group] - np.linalg.solve(block, self.weights[group])
        return held_out


def solve(kernel: Matrix, targets: Matrix, noise: float) -> Ridge:
    """The regression with ``noise`` (the variance that examples are trusted to have) on the kernel's diagonal."""
    exact = len(kernel) <= _SINGLE_ABOVE
    shifted: Any = np.array(kernel, np.float64 if exact else np.float32, order="F")
    shifted[np.diag_indices(len(shifted))] += noise
    factorise, invert = (lapack.dpotrf, lapack.dpotri) if exact else (lapack.spotrf, lapack.spotri)
    factor, wrong = factorise(shifted, lower=True, overwrite_a=True)
    if wrong:
        raise np.linalg.LinAlgError("the kernel of the examples is not positive definite")
    inverse, _ = invert(factor, lower=True, overwrite_c=True)
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    return Ridge(targets, inverse, inverse @ targets)
