"""How well the gate tells what nobody taught, on BANKING77-OOS: near matters (same bank) and far ones.

python -m benchmarks.understanding.scope
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from benchmarks.understanding import public
from benchmarks.understanding.intents import encode
from bot.nlu.learning import intent_model, scope_model

RATES = scope_model.Rates()


def main() -> None:
    """Print AUROC of the gate's score and of the highest probability, and what becomes of each kind of message."""
    public.require()
    taught = public.split("banking77-oos/train")
    trained = intent_model.train(taught.texts, taught.intents, lambda texts: encode(list(texts)))
    gate = scope_model.train(trained, RATES)
    assert gate is not None

    def judged(name: str) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[str, float], float]:
        asked = public.split(f"banking77-oos/{name}")
        told = [
            trained.model.judge(text, vector) for text, vector in zip(asked.texts, encode(asked.texts), strict=True)
        ]
        scopes = [gate.judge(trained.model, one) for one in told]
        is_right = [trained.model.intents[one.probabilities.argmax()] for one in told] == np.array(asked.intents)
        zones = {zone: float(np.mean([s.zone == zone for s in scopes])) for zone in ("in", "grey", "out")}
        answered = np.array([scope.zone == "in" for scope in scopes])
        accuracy = float(is_right[answered].mean()) if answered.any() else 0.0
        return np.array([s.score for s in scopes]), np.array([t.probabilities.max() for t in told]), zones, accuracy

    inside = judged("test")
    print(f"{'messages':14} {'AUROC gate':>10} {'AUROC probability':>17} {'in':>6} {'grey':>6} {'out':>6}")
    shares = " ".join(f"{share:6.1%}" for share in inside[2].values())
    print(f"{'in scope':14} {'':>10} {'':>17} {shares}   {inside[3]:.1%} of those answered are right")
    for name, kind in (("id-oos/test", "near"), ("ood-oos/test", "far")):
        outside = judged(name)
        wanted = [1] * len(inside[0]) + [0] * len(outside[0])
        areas = [roc_auc_score(wanted, np.concatenate([inside[at], outside[at]])) for at in (0, 1)]
        shares = " ".join(f"{share:6.1%}" for share in outside[2].values())
        print(f"{kind:14} {areas[0]:10.3f} {areas[1]:17.3f} {shares}")


if __name__ == "__main__":
    main()
