"""The plot of a soak: what each process and store uses over time."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

from tests.chaos.gauges import Gauge, Sample

mpl.use("agg")

import matplotlib.pyplot as plt

_PANELS = (
    ("articles published", (Gauge.ARTICLES,)),
    ("file handles", (Gauge.HANDLES,)),
    ("Redis keys", (Gauge.REDIS_KEYS,)),
    ("MB on disk and in Redis", (Gauge.BROKER, Gauge.LOGS, Gauge.REDIS)),
)


def draw(samples: Sequence[Sample], path: Path) -> None:
    """Writes a PNG: memory by process above, the other gauges below."""
    path.parent.mkdir(parents=True, exist_ok=True)
    minutes = [sample.at_seconds / 60 for sample in samples]
    figure, axes = plt.subplot_mosaic(
        [["memory", "memory"], ["0", "1"], ["2", "3"]], figsize=(11, 10), layout="constrained"
    )
    axes["memory"].set_prop_cycle(color=mpl.color_sequences["tab20"])  # more processes than the default has colours
    for name in sorted(samples[-1].memory_mb):
        axes["memory"].plot(minutes, [sample.memory_mb.get(name, float("nan")) for sample in samples], label=name)
    axes["memory"].set_title("memory, MB resident")
    for number, (title, gauges) in enumerate(_PANELS):
        for gauge in gauges:
            axes[str(number)].plot(minutes, [gauge.of(sample) for sample in samples], label=gauge.value)
        axes[str(number)].set_title(title)
    for axis in axes.values():
        axis.set_ylim(bottom=0)
        axis.set_xlabel("minutes")
        axis.grid(alpha=0.3)
    axes["memory"].legend(ncols=4, fontsize="small", loc="upper center", bbox_to_anchor=(0.5, -0.22))
    axes["3"].legend(fontsize="small")
    figure.savefig(path, dpi=110)
    plt.close(figure)
