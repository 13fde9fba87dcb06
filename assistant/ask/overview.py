"""Everything at a glance: how much, how it feels, how it moves, which themes, and which feelings go with which theme."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from pyroaring import BitMap

from assistant.ask.answer import Fact
from assistant.ask.ledger import Ledger, View, counted
from assistant.ask.plan import RISK
from assistant.ask.trends import covered
from assistant.insight.shares import Unit, trend, unit_for
from assistant.insight.statistics import Table, benjamini_hochberg, fisher_mid_p
from assistant.scope import Period, Scope
from nlp import labels

FIGURES: Mapping[str, Scope] = {
    "negative": Scope(sentiment=["negative"]),
    "positive": Scope(sentiment=["positive"]),
    "leaving": Scope(churn=list(RISK)),
    "let down": Scope(empathy_gaps=list(labels.EMPATHY_GAPS)),
    "high effort": Scope(effort=["high"]),
}
LEAST = 5  # items from which a cell says something
_RECENT = 28  # days that are compared with those before where no period is asked for
_MOODS = 4  # emotions that are followed over time
_TEST = "Fisher's exact test, mid-p"


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """A share now and before: the difference as a fact, and the facts of both sides."""

    now: Fact
    before: Fact
    change: Fact


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A share of the scope, and how it has moved."""

    name: str
    share: Fact
    moved: Moved | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeRow:
    """A theme: its share, how it is spoken of, how it has moved, and how much more often those who speak of it may leave."""

    id: str
    parent: str | None
    share: Fact
    complaints: Fact
    praise: Fact
    moved: Moved | None
    leaving: Fact | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """How many of a theme's items carry a feeling. `residual`: by how many standard errors that is more or less than
    over all items (adjusted Pearson residual, Haberman 1973); None where there are too few.
    """

    fact: Fact
    residual: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """What a scope holds. `now` and `before` are the times that are compared; None without dates."""

    items: Fact
    unit: Unit | None
    now: Period | None
    before: Period | None
    figures: Sequence[Figure]
    series: Mapping[str, Sequence[Fact]]
    themes: Sequence[ThemeRow]
    emotions: Sequence[str]
    heat: Mapping[str, Sequence[Cell]]


class _Base:
    """A scope with its items: parts of it are counted by one intersection each."""

    def __init__(self, view: View, ledger: Ledger, scope: Scope) -> None:
        self._view = view
        self._ledger = ledger
        self.scope = scope
        self.items = view.items(scope)

    def part(self, *parts: Scope) -> BitMap:
        """The items that are in all parts, too."""
        found = self.items
        for part in parts:
            found = found & self._view.items(part)
        return found

    def fact(self, kind: str, label: str, *parts: Scope, of: int, **more: Any) -> Fact:
        """A fact about the items that are in all parts, too."""
        n = len(self.part(*parts))
        return self._ledger.fact(kind, label, self.scope.narrowed(*parts), of, n=n, **more)


def overview(view: View, ledger: Ledger, asked: Scope) -> Overview:
    """Everything at a glance. Every number is a fact of the ledger; differences are corrected over all that are tested."""
    base = _Base(view, ledger, counted(asked))
    of = len(base.items)
    ends = covered(view, asked.period, base.items) if of else None
    now, before = _times(view, asked, ends)
    parents = view.names.parents
    themes = _present(view, base)
    moving = {**FIGURES, **{theme: Scope(themes=[theme]) for theme in themes}}
    moved = _moved(view, ledger, asked, moving, now, before)
    leaving = _leaving(base, themes)
    emotions = [name for name in labels.EMOTIONS if base.part(Scope(emotions=[name]))]
    return Overview(
        items=ledger.fact("share", "scope", base.scope, len(view.items(counted(Scope())))),
        unit=unit_for(*ends) if ends else None,
        now=now,
        before=before,
        figures=[
            Figure(name=name, share=base.fact("share", name, part, of=of), moved=moved.get(name))
            for name, part in FIGURES.items()
        ],
        series=_series(view, base, emotions, ends),
        themes=[
            ThemeRow(
                id=theme,
                parent=parents.get(theme),
                share=base.fact("share", theme, Scope(themes=[theme]), of=of),
                complaints=base.fact("share", theme, Scope(themes=[theme], polarity="-"), of=n),
                praise=base.fact("share", theme, Scope(themes=[theme], polarity="+"), of=n),
                moved=moved.get(theme),
                leaving=leaving.get(theme),
            )
            for theme, n in themes.items()
        ],
        emotions=emotions,
        heat={
            theme: [_cell(base, theme, emotion) for emotion in emotions]
            for theme in themes
            if theme not in parents
        },
    )


def _present(view: View, base: _Base) -> dict[str, int]:
    """Themes and sub-themes with items in the scope, most first, each sub-theme after its theme."""
    sizes = {name: len(base.part(Scope(themes=[name]))) for name in view.names.themes}
    parents = view.names.parents
    tops = sorted(
        (name for name in sizes if sizes[name] and name not in parents), key=lambda name: (-sizes[name], name)
    )
    found: dict[str, int] = {}
    for top in tops:
        below = [name for name in sizes if sizes[name] and parents.get(name) == top]
        for name in (top, *sorted(below, key=lambda one: (-sizes[one], one))):
            found[name] = sizes[name]
    return found


def _times(
    view: View, asked: Scope, ends: tuple[date, date] | None
) -> tuple[Period, Period] | tuple[None, None]:
    """The period asked for and the one before of equal length; else the last four weeks and the four before."""
    if ends is None:
        return None, None
    first, last = ends
    if asked.period is None:
        days = min(_RECENT, ((last - first).days + 1) // 2)
        first = last - timedelta(days=days - 1)
    else:
        days = (last - first).days + 1
    if days < 1:
        return None, None
    before = Period(first=first - timedelta(days=days), last=first - timedelta(days=1))
    known = view.terms.between(before.first, before.last)
    return (Period(first=first, last=last), before) if known else (None, None)


def _moved(
    view: View,
    ledger: Ledger,
    asked: Scope,
    parts: Mapping[str, Scope],
    now: Period | None,
    before: Period | None,
) -> dict[str, Moved]:
    """How the share of each part has moved, with q over all of them."""
    if now is None or before is None:
        return {}
    bases = [
        _Base(view, ledger, counted(asked.model_copy(update={"period": period}))) for period in (now, before)
    ]
    if not all(len(base.items) for base in bases):
        return {}
    sides = {
        name: [base.fact("side", name, part, of=len(base.items)) for base in bases]
        for name, part in parts.items()
    }
    tables = [Table(a=one.n, b=one.of - one.n, c=two.n, d=two.of - two.n) for one, two in sides.values()]
    p = fisher_mid_p(tables)
    q = benjamini_hochberg(p)
    return {
        name: Moved(
            now=one,
            before=two,
            change=bases[0].fact(
                "difference",
                name,
                parts[name],
                of=len(bases[0].items),
                value=table.difference,
                ci=table.interval,
                test=_TEST,
                p=float(p[place]),
                q=float(q[place]),
            ),
        )
        for place, ((name, (one, two)), table) in enumerate(zip(sides.items(), tables, strict=True))
    }


def _leaving(base: _Base, themes: Mapping[str, int]) -> dict[str, Fact]:
    """The share that may leave with a theme against without it, with q over all themes."""
    risk = Scope(churn=list(RISK))
    leaving, found = base.part(risk), {}
    for theme in themes:
        inside = base.part(Scope(themes=[theme]))
        a, rest = len(inside & leaving), len(base.items) - len(inside)
        if len(inside) >= LEAST and rest:
            c = len(leaving) - a
            found[theme] = Table(a=a, b=len(inside) - a, c=c, d=rest - c)
    if not found:
        return {}
    p = fisher_mid_p(list(found.values()))
    q = benjamini_hochberg(p)
    return {
        theme: base.fact(
            "difference", theme, Scope(themes=[theme]), risk, of=table.a + table.b,
            value=table.difference, ci=table.interval, test=_TEST, p=float(p[place]), q=float(q[place]),
        )
        for place, (theme, table) in enumerate(found.items())
    }  # fmt: skip


def _series(
    view: View, base: _Base, emotions: Sequence[str], ends: tuple[date, date] | None
) -> dict[str, list[Fact]]:
    """Shares by period: negative, positive, leaving, and the most frequent feelings."""
    if ends is None:
        return {}
    most = sorted(emotions, key=lambda name: -len(base.part(Scope(emotions=[name]))))[:_MOODS]
    parts = {name: FIGURES[name] for name in ("negative", "positive", "leaving")}
    parts |= {name: Scope(emotions=[name]) for name in most}
    unit = unit_for(*ends)
    found: dict[str, list[Fact]] = {}
    for name, part in parts.items():
        points = trend(base.part(part), base.items, view.terms.day, unit, *ends).points
        found[name] = [
            base.fact(
                "point", f"{point.first}..{point.last}", part, Scope(period=Period(first=point.first, last=point.last)), of=point.of,
            )
            for point in points
        ]  # fmt: skip
    return found


def _cell(base: _Base, theme: str, emotion: str) -> Cell:
    parts = Scope(themes=[theme]), Scope(emotions=[emotion])
    row, column = (len(base.part(part)) for part in parts)
    fact, total = base.fact("share", emotion, *parts, of=row), len(base.items)
    expected = row * column / total
    spread = np.sqrt(expected * (1 - row / total) * (1 - column / total))
    enough = row >= LEAST and expected > 0 and spread > 0
    return Cell(fact=fact, residual=float((fact.n - expected) / spread) if enough else None)
