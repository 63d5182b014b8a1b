"""The last run in `docs/performance.md`: tables, each between two markers, and a picture."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypedDict

from benchmarks.figures import Figure, markdown
from local.template import ROOT

DOCUMENT = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "performance.svg"
PLACE = ("<!-- the last run: ./zimmer bench --write -->", "<!-- the end of the last run -->")
OWN_PLACES = {10: "credit-lag", 11: "recovery", 12: "consume"}  # by the figure's number; run by themselves as well

INK, OURS, FLOOR, COMMON = "#333333", "#0b6e4f", "#9aa5b1", "#d1495b"


class Run(TypedDict):
    """One run as it is kept."""

    at: str
    how: str
    seed: int
    machine: str
    load_before: float
    load_after: float
    seconds: float
    figures: list[dict[str, Any]]


def write(run: Run, figures: Sequence[Figure]) -> Iterator[Path]:
    """Replace what stands between the markers of what was measured, and draw the picture if warm requests were."""
    document = DOCUMENT.read_text()
    for (begin, end), some in _by_place(figures).items():
        document = _replaced(document, begin, end, _said(run, some))
    DOCUMENT.write_text(document)
    yield DOCUMENT
    if any("p50_ms" in figure.data for figure in figures):
        draw(figures, PICTURE)
        yield PICTURE


def _by_place(figures: Sequence[Figure]) -> dict[tuple[str, str], list[Figure]]:
    """Figures by the markers between which they stand: some have a place of their own."""
    places: dict[tuple[str, str], list[Figure]] = {}
    for figure in figures:
        own = OWN_PLACES.get(figure.number)
        place = (f"<!-- the last run: ./zimmer bench {own} --write -->", f"<!-- the end of {own} -->") if own else PLACE
        places.setdefault(place, []).append(figure)
    return places


def _replaced(document: str, begin: str, end: str, said: str) -> str:
    """Raises ValueError when a marker is missing."""
    before, found, rest = document.partition(begin)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise ValueError(f"{DOCUMENT.name} has lost its markers: {begin}")
    return f"{before}{begin}\n\n{said}\n\n{end}{after}"


def _said(run: Run, figures: Sequence[Figure]) -> str:
    load = f"load {run['load_before']:.1f} before it and {run['load_after']:.1f} after"
    return f"A {run['how']} run of {run['at']} on {run['machine']}; {load}.\n\n{markdown(figures)}"


def draw(figures: Sequence[Figure], path: Path) -> None:
    """Warm requests, a batch's credits and the growth of pages, each as one small chart."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot

    style: dict[Any, Any] = {
        "svg.hashsalt": "zimmer",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 9,
        "text.color": INK,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    with pyplot.rc_context(style):
        figure, (left, middle, right) = pyplot.subplots(1, 3, figsize=(12, 3.6), layout="constrained")
        figure.patch.set_facecolor("white")
        _draw_requests(left, figures)
        _draw_credits(middle, figures)
        _draw_growth(right, figures)
        figure.savefig(path, metadata={"Date": None})
        pyplot.close(figure)
    path.write_text("\n".join(line.rstrip() for line in path.read_text().splitlines()) + "\n")


def _draw_requests(axes: Any, figures: Sequence[Figure]) -> None:
    near = _data(figures, "warm: ours / bare", "p50_ms")
    paths = list(near)
    for offset, (name, colour) in enumerate((("bare", FLOOR), ("ours", OURS), ("naive", COMMON))):
        values = [near[path][name] for path in paths]
        places = [place + (offset - 1) * 0.27 for place in range(len(paths))]
        bars = axes.bar(places, values, width=0.25, color=colour, label=name)
        axes.bar_label(bars, fmt="%.1f", padding=2, fontsize=7)
    axes.set_xticks(range(len(paths)), paths)
    axes.set_ylabel("ms, median")
    axes.set_title("a warm request", loc="left", fontsize=10)
    axes.margins(y=0.22)
    axes.legend(frameon=False, fontsize=8, loc="upper left", ncols=3)


def _draw_credits(axes: Any, figures: Sequence[Figure]) -> None:
    rates = _data(figures, "credit: ours / naive", "per_second")
    colours = {"ours": OURS, "ledger only": FLOOR, "naive": COMMON}
    bars = axes.bar(list(rates), list(rates.values()), width=0.6, color=[colours[name] for name in rates])
    axes.bar_label(bars, fmt="{:,.0f}", padding=2, fontsize=8)
    axes.set_ylabel("credits a second, four workers")
    axes.set_title("payments into tokens", loc="left", fontsize=10)
    axes.margins(y=0.12)


def _draw_growth(axes: Any, figures: Sequence[Figure]) -> None:
    for figure in figures:
        if taken := figure.data.get("ms"):
            sizes = [int(size) for size in taken]
            axes.plot(sizes, list(taken.values()), marker="o", markersize=4, label=figure.name.partition(": ")[2])
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("customers")
    axes.set_ylabel("ms, median")
    axes.set_title("a page as the platform grows", loc="left", fontsize=10)
    axes.legend(frameon=False, fontsize=7, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _data(figures: Sequence[Figure], name: str, key: str) -> dict[str, Any]:
    found: dict[str, Any] = next((figure.data[key] for figure in figures if figure.name == name), {})
    return found
