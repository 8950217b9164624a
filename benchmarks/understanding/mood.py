"""How well the mood is told: on GoEmotions beside VADER, on messages to a shop, and what it costs.

    OMP_NUM_THREADS=1 python -m benchmarks.understanding.mood

Draws ``docs/pictures/mood.png``. *Flagged* is a message at or below the threshold that hands over. The model was taught
the development messages; what folds that had not seen them say is printed by ``mood_training``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve, roc_auc_score, roc_curve
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from benchmarks.understanding import mood_data, public
from benchmarks.understanding.held_out import BATCHES
from bot.config import HandoffPolicy, Mood
from bot.nlu.feeling import danger as dangers
from bot.nlu.feeling.judge import SOUNDS_UPSET, judge
from bot.nlu.feeling.model import MoodModel, model
from bot.nlu.learning.encoder import Encoder, encoder

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "pictures" / "mood.png"
LOW, ANNOYED = HandoffPolicy().mood_low.below, Mood().acknowledge.below
BY_SOUND = HandoffPolicy().mood_low.by_sound
FALSE = 0.05


@dataclass(frozen=True)
class Told:
    """Messages with how they feel, by hand and by us: with the encoder, without, and by VADER.

    ``handed_over``: those that are low enough, with a sign that has a name or by their sound alone.
    """

    entries: list[dict[str, Any]]
    values: NDArray[np.float64]
    handed_over: NDArray[np.bool_]
    by_letters: NDArray[np.float64]
    vader: NDArray[np.float64]

    def of(self, mood: str, other_languages: bool = False) -> NDArray[np.bool_]:
        """Which messages have a mood, in English or in other languages."""
        return np.array([e["mood"] == mood and bool(e.get("language")) == other_languages for e in self.entries])


def tell(entries: list[dict[str, Any]], used: Encoder, known: MoodModel) -> Told:
    """Judge messages in all three ways."""
    texts = [entry["text"] for entry in entries]
    told = [judge(text, known, used.states(text)[0]) for text in texts]
    bounds = [BY_SOUND if one.reasons == (SOUNDS_UPSET,) else LOW for one in told]
    vader = SentimentIntensityAnalyzer()
    return Told(
        entries,
        np.array([one.value for one in told]),
        np.array([one.value <= bound for one, bound in zip(told, bounds, strict=True)]),
        np.array([judge(text, known).value for text in texts]),
        np.array([vader.polarity_scores(text)["compound"] for text in texts]),
    )


def goemotions(used: Encoder, known: MoodModel) -> None:
    """AUROC, best F1 and what is caught at 5 % false of the sour comments of the test split."""
    texts, emotions = mood_data.goemotions("test")
    sour = mood_data.grouped(emotions, mood_data.SOUR)
    states = mood_data.states_of(used, texts)
    seen = [states.take(np.array([row]))[0] for row in range(len(texts))]
    vader = SentimentIntensityAnalyzer()
    ways = {
        "VADER": [-vader.polarity_scores(text)["compound"] for text in texts],
        "ours, letters alone": [known.read(text, None).readings["sour"] for text in texts],
        "ours": [known.read(text, of).readings["sour"] for text, of in zip(texts, seen, strict=True)],
    }
    print(f"GoEmotions test, {', '.join(mood_data.SOUR)} against the rest: {sour.sum()} of {len(texts)}")
    for name, scores in ways.items():
        precision, recall, _ = precision_recall_curve(sour, scores)
        f1 = (2 * precision * recall / np.maximum(precision + recall, 1e-9)).max()
        area, caught = roc_auc_score(sour, scores), _caught(sour, scores)
        print(f"  {name:22} AUROC {area:.3f}, F1 {f1:.2f}, {caught:.0%} caught at 5 % false")


def _caught(wanted: NDArray[np.bool_], scores: Sequence[float] | NDArray[Any]) -> float:
    false, caught, _ = roc_curve(wanted, scores)
    return float(caught[false <= FALSE].max())


def shop_messages(name: str, told: Told) -> None:
    """How many of the upset and of the calm are flagged, and how many are annoyed or more."""
    upset, calm = told.of("upset"), told.of("calm")
    print(f"{name}: {upset.sum()} upset, {calm.sum()} calm")
    for way, values in (("with the encoder", told.values), ("letters alone", told.by_letters)):
        low = f"{(values[upset] <= LOW).mean():.1%} of upset, {(values[calm] <= LOW).mean():.1%} of calm flagged"
        annoyed = f"annoyed or more {(values[upset] <= ANNOYED).mean():.1%}, {(values[calm] <= ANNOYED).mean():.1%}"
        both = upset | calm
        area = roc_auc_score(upset[both], -values[both])
        print(
            f"  {way:17} {low}; {annoyed}; AUROC {area:.3f}, {_caught(upset[both], -values[both]):.1%} at 5 % of calm"
        )
    handed = told.handed_over
    print(f"  handed over       {handed[upset].mean():.1%} of upset, {handed[calm].mean():.1%} of calm")
    both = upset | calm
    print(f"  {'VADER':17} {_caught(upset[both], -told.vader[both]):.1%} of upset at 5 % of calm flagged")


def details(told: Told) -> None:
    """By the main sign of an upset message, in other languages, and dangers."""
    upset = told.of("upset")
    found: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for entry, value, counts in zip(told.entries, told.values, upset, strict=True):
        if counts:
            total[entry.get("reason", "-")] += 1
            found[entry.get("reason", "-")] += bool(value <= LOW)
    print("  by sign: " + ", ".join(f"{sign} {found[sign]} of {count}" for sign, count in total.most_common()))
    for mood in ("happy", "upset", "calm"):
        of = told.of(mood, other_languages=mood != "happy")
        where = "" if mood == "happy" else ", not English"
        low, annoyed = (told.values[of] <= LOW).sum(), (told.values[of] <= ANNOYED).sum()
        print(f"  {mood}{where}: {low} of {of.sum()} flagged, {annoyed} annoyed or more")
    danger = Counter((entry["intent"], dangers.danger(entry["text"])) for entry in told.entries)
    wanted = {
        kind: sum(count for (intent, _), count in danger.items() if intent == kind)
        for kind in ("crisis", "threat", "safety")
    }
    for kind, count in wanted.items():
        others = sum(n for (intent, seen), n in danger.items() if seen == kind and intent != kind)
        print(f"  {kind}: {danger[kind, kind]} of {count} by rules alone, {others} elsewhere")


def cost(texts: Sequence[str], used: Encoder, known: MoodModel) -> None:
    """Milliseconds a message beyond its token states, the median, and the encoder's own."""
    took, encoding = [], []
    for text in texts:
        begun = perf_counter()
        states = used.states(text)
        encoded = perf_counter()
        judge(text, known, states[0])
        dangers.found(text)
        took.append(perf_counter() - encoded)
        encoding.append(encoded - begun)
    middle, late = (1e3 * np.quantile(took, share) for share in (0.5, 0.95))
    print(
        f"time a message: {middle:.2f} ms, 95 % within {late:.2f} ms; the encoder takes {1e3 * np.median(encoding):.2f}"
    )


def draw(told: Told) -> None:
    """The moods of the held-out messages, upset beside calm."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.4), layout="constrained")
    axes = figure.add_subplot()
    bins = np.linspace(-1, 1, 41)
    for mood, colour in (("calm", "#4c9a6a"), ("upset", "#c2513f")):
        of = told.values[told.of(mood)]
        axes.hist(
            of, bins, weights=np.full(len(of), 100 / len(of)), alpha=0.65, color=colour, label=f"{mood} ({len(of)})"
        )
    for at, what in ((LOW, "a person takes over"), (ANNOYED, "the feeling is acknowledged")):
        axes.axvline(at, color="#333333", linewidth=1, linestyle="--")
        axes.annotate(
            what, (at, 0.97), xycoords=("data", "axes fraction"), rotation=90, va="top", ha="right", fontsize=8
        )
    axes.set(xlabel="mood, −1 furious to 1 delighted", ylabel="% of the messages", xlim=(-1, 1))
    axes.set_title("Held-out messages by mood", loc="left", fontsize=11)
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PICTURE, dpi=110, metadata={"Software": None})


def main() -> None:
    """Print everything, and draw the picture."""
    used, known = encoder(), model()
    assert used is not None and used.name == known.encoder, "the mood is measured with the packaged encoder"
    if public.FOLDER.is_dir():
        goemotions(used, known)
    else:
        print(f"The public data sets are not there ({public.FOLDER}): GoEmotions is left out.")
    written = mood_data.development()
    entries = [
        {"text": text, "mood": "upset" if upset else "calm"}
        for text, upset in zip(written.texts, written.upset, strict=True)
    ]
    shop_messages("development messages, taught", tell(entries, used, known))
    held_out, later = (tell(yaml.safe_load(path.read_text("utf-8")), used, known) for path in BATCHES.values())
    shop_messages("held-out messages", held_out)
    details(held_out)
    shop_messages("held-out messages, second batch", later)
    cost([entry["text"] for entry in held_out.entries], used, known)
    draw(held_out)


if __name__ == "__main__":
    main()
