"""How people read an audit: plain sentences, tables a measure, and the object of ``--json``.

Neither names a child, and neither gives the mean of a group, or of everybody else, of fewer than five families.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from rightplace import chance
from rightplace.audit import (
    LEAST_FAMILIES,
    Audit,
    Characteristic,
    Explanation,
    Gap,
    GroupFinding,
    Measure,
    MeasureFinding,
    like_in,
)
from rightplace.reports.terminal import print_table
from rightplace.reports.wording import pounds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from rightplace.instances.instance import Instance
    from rightplace.plan import Plan

HOW_TO_GET_OPPORTUNITY_COST = (
    "Opportunity cost was not asked for (--no-opportunity-cost); `rightplace rank INSTANCE --all --json` gives what "
    "each placement costs all children together."
)
_NAMES = {
    Measure.DISTANCE: "distance from home",
    Measure.FEE: "fee",
    Measure.SIBLINGS_SPLIT: "siblings split",
    Measure.UNMET_WISHES: "unmet wishes",
    Measure.OPPORTUNITY_COST: "opportunity cost",
    Measure.WAITING: "waiting",
}
_ABOUT = {
    Measure.DISTANCE: "of children with a place whose distance is known",
    Measure.FEE: "of children with a place",
    Measure.SIBLINGS_SPLIT: "of children with siblings to live with, one of them placed",
    Measure.UNMET_WISHES: "of children with wishes and a place",
    Measure.OPPORTUNITY_COST: "of children with a place whose opportunity cost is given",
    Measure.WAITING: "of children who waited for a home",
}
_MORE = {
    Measure.DISTANCE: ("are placed further from home than others", "are placed nearer to home than others"),
    Measure.FEE: ("are placed at higher fees than others", "are placed at lower fees than others"),
    Measure.SIBLINGS_SPLIT: (
        "are parted from a sibling more often than others",
        "are parted from a sibling less often than others",
    ),
    Measure.UNMET_WISHES: ("have more unmet wishes than others", "have fewer unmet wishes than others"),
    Measure.OPPORTUNITY_COST: (
        "have places that cost other children more than those of others do",
        "have places that cost other children less than those of others do",
    ),
    Measure.WAITING: ("wait more often than others", "wait less often than others"),
}
_CHARACTERISTICS = {
    Characteristic.ETHNICITY: "ethnicity",
    Characteristic.SEX: "sex",
    Characteristic.AGE_BAND: "age",
    Characteristic.DISABILITY: "disability recorded",
    Characteristic.UASC: "UASC",
    Characteristic.NEED_LEVEL: "need level",
}


# -- sentences ---------------------------------------------------------------------------------------------------------


def who(characteristic: Characteristic, group: str) -> str:
    """The children of a group, as a sentence begins."""
    match characteristic, group:
        case Characteristic.ETHNICITY | Characteristic.SEX, "not recorded":
            return f"Children whose {characteristic.value} is not recorded"
        case Characteristic.ETHNICITY, "another ethnic group":
            return "Children recorded as of another ethnic group"
        case Characteristic.ETHNICITY, _:
            return f"Children recorded as {group}"
        case Characteristic.SEX, _:
            return "Girls" if group == "female" else "Boys"
        case Characteristic.AGE_BAND, _:
            return f"Children aged {group}"
        case Characteristic.DISABILITY, _:
            return f"Children with {'a' if group == 'yes' else 'no'} disability recorded"
        case Characteristic.UASC, _:
            return ("Unaccompanied asylum-seeking" if group == "yes" else "Other") + " children"
        case Characteristic.NEED_LEVEL, _:
            return f"Children of need level {group}"


def sentences(audit: Audit) -> list[str]:
    """A sentence for each gap that is larger than chance; and what could have been seen where there is none."""
    found = [
        sentence
        for measure in audit.measures
        for finding in measure.groups
        if finding.mirrors is None
        for sentence in _finding_sentences(measure.measure, finding)
    ]
    if not audit.num_comparisons:
        least = f"a group and everybody else need children of at least {LEAST_FAMILIES} families"
        return [f"Nothing can be compared: {least}, and a measure in which they differ."]
    other = "other " if found else ""
    found.append(f"No {other}gap is larger than chance would make with groups of this size.")
    return found + [sentence for measure in audit.measures for sentence in _power_sentences(measure)]


def _finding_sentences(measure: Measure, finding: GroupFinding) -> Iterator[str]:
    subject, like = who(finding.characteristic, finding.group), _like_words(finding.characteristic)
    gap, within = finding.gap, finding.like
    if gap is not None and gap.is_larger_than_chance:
        means = f"{_amount(measure, finding.mean)} against {_amount(measure, finding.mean_of_others)}"
        explained = _explanation(measure, finding, like)
        yield f"{subject} {_MORE[measure][gap.value < 0]}: {means} ({_gap_words(measure, _upwards(gap))}){explained}."
    elif gap is not None and within is not None and within.is_larger_than_chance:
        words = f"{_MORE[measure][within.value < 0]} ({_gap_words(measure, _upwards(within))})"
        turned = gap if within.value >= 0 else gap.mirrored()
        overall = f"among all children the gap is no larger than chance ({_gap_words(measure, turned)})"
        yield f"Among children of like {like}, {_lower(subject)} {words}; {overall}."


def _lower(subject: str) -> str:
    return subject[0].lower() + subject[1:]


def _like_words(characteristic: Characteristic) -> str:
    names = {Characteristic.NEED_LEVEL: "need level", Characteristic.AGE_BAND: "age"}
    return " and ".join(names[name] for name in like_in(characteristic))


def _explanation(measure: Measure, finding: GroupFinding, like: str) -> str:
    """How the gap stands among like children."""
    among = f"among children of like {like}"
    gap, within = finding.gap, finding.like
    if gap is None or within is None:
        return f"; there are too few children of like {like} to tell whether that explains it"
    words = _gap_words(measure, within if gap.value >= 0 else within.mirrored())
    verb = "explain" if " and " in like else "explains"
    match finding.explanation:
        case Explanation.ALSO_AMONG_LIKE:
            return f", also {among} ({words})"
        case Explanation.REVERSED:
            words = f"{_MORE[measure][within.value < 0]} ({_gap_words(measure, _upwards(within))})"
            return f", but {among} it is the other way round: they {words}"
        case Explanation.ACCOUNTED:
            return f", which {like} {verb} at least in part: {among} it is no larger than chance ({words})"
        case _:
            return f"; {among} it is no larger than chance ({words}), so whether {like} {verb} it cannot be told"


def _upwards(gap: Gap) -> Gap:
    """A gap seen from the side that has more."""
    return gap if gap.value >= 0 else gap.mirrored()


def _gap_words(measure: Measure, gap: Gap) -> str:
    """A gap with its interval."""
    return f"{_size(measure, gap.value)}, 95% interval {_ends(measure, gap.low, gap.high)}"


def _power_sentences(measure: MeasureFinding) -> Iterator[str]:
    """The smallest gap that could have been seen in a measure, from the best-placed group to the worst."""
    name = _NAMES[measure.measure]
    seen = [
        (finding.gap.smallest_seen, finding)
        for finding in measure.groups
        if finding.gap is not None and finding.mirrors is None
    ]
    sizes = sorted(((size, finding) for size, finding in seen if size is not None), key=lambda item: item[0])
    if not seen:
        yield f"{name.capitalize()}: nothing could be compared ({_why_nothing(measure)})."
    elif not sizes:
        yield f"{name.capitalize()}: with groups of this size no gap, however large, would have been seen."
    else:
        (least, best), (most, worst) = sizes[0], sizes[-1]
        words = f"{_size(measure.measure, least)} ({_lower(who(best.characteristic, best.group))})"
        if len(sizes) > 1:
            words += f" to {_size(measure.measure, most)} ({_lower(who(worst.characteristic, worst.group))})"
        blind = f"; in {len(seen) - len(sizes)} groups none, however large" if len(sizes) < len(seen) else ""
        yield f"{name.capitalize()}: the smallest gap that would have been seen four times in five is {words}{blind}."


def _why_nothing(measure: MeasureFinding) -> str:
    if any(finding.mean is not None for finding in measure.groups):
        return f"all {measure.num_children} children are alike"
    return f"groups of fewer than {LEAST_FAMILIES} families; it is known of {measure.num_children} children"


def _number(measure: Measure, value: float) -> str:
    """A number without its unit."""
    match measure:
        case Measure.DISTANCE:
            return f"{round(value, 1) + 0.0:.1f}"
        case Measure.FEE | Measure.OPPORTUNITY_COST:
            return pounds(100 * round(value / 100))
        case Measure.UNMET_WISHES:
            return f"{round(value, 2) + 0.0:.2f}"
        case Measure.SIBLINGS_SPLIT | Measure.WAITING:
            return f"{round(100 * value)}"


def _size(measure: Measure, value: float) -> str:
    """The size of a gap, with its unit."""
    units = {Measure.DISTANCE: " miles", Measure.FEE: " a week", Measure.OPPORTUNITY_COST: " a week"}
    units |= {Measure.UNMET_WISHES: " wishes a child", Measure.SIBLINGS_SPLIT: " points", Measure.WAITING: " points"}
    return _number(measure, value) + units[measure]


def _amount(measure: Measure, value: float | None) -> str:
    """A mean; shares as a percentage."""
    if value is None:
        return ""
    return _number(measure, value) + ("%" if measure in (Measure.SIBLINGS_SPLIT, Measure.WAITING) else "")


# -- terminal ----------------------------------------------------------------------------------------------------------


def print_audit(instance: Instance, plan: Plan, audit: Audit, console: Console) -> None:
    """What was found in sentences, then a table a measure, then how it was judged."""
    console.print(f"[bold]{instance.name}[/bold], {plan.date:%d %B %Y}: {_children_words(audit)}.\n", highlight=False)
    for sentence in sentences(audit):
        console.print(sentence, markup=False, highlight=False)
    console.print()
    for measure in audit.measures:
        _print_measure(measure, console)
    for note in _notes(audit):
        console.print(note, markup=False, highlight=False)


def _children_words(audit: Audit) -> str:
    words = f"{audit.num_children} children audited, {audit.num_new} with a new place and {audit.num_waiting} waiting"
    words += f", {audit.num_moves} moved" if audit.num_moves else ""
    return words + (f" ({audit.num_stays} who stay are not audited)" if audit.num_stays else "")


def _print_measure(measure: MeasureFinding, console: Console) -> None:
    kind = measure.measure
    left_out = f"; {measure.num_left_out} left out" if measure.num_left_out else ""
    mean = "" if measure.mean is None else f", mean {_amount(kind, measure.mean)}"
    title = f"{_NAMES[kind].capitalize()} {_ABOUT[kind]} ({measure.num_children}{mean}{left_out})"
    if not measure.num_children:
        console.print(f"[bold]{title}[/bold]\n", highlight=False)
        return
    table = Table(box=None, pad_edge=False, header_style="bold", title=title, title_justify="left")
    table.add_column("")
    table.add_column("", no_wrap=True)
    for name in ("children", "families", "mean", "95% interval", "others", "gap", "95% interval", "like for like", "p"):
        table.add_column(name, justify="right", no_wrap=True)
    before = None
    for finding in measure.groups:
        name = "" if finding.characteristic == before else _CHARACTERISTICS[finding.characteristic]
        table.add_row(name, finding.group, *_finding_cells(kind, finding))
        before = finding.characteristic
    print_table(table, console)
    console.print()


def _finding_cells(measure: Measure, finding: GroupFinding) -> list[str]:
    gap, like = finding.gap, finding.like
    interval = "" if finding.low is None or finding.high is None else _ends(measure, finding.low, finding.high)
    return [
        str(finding.num_children),
        str(finding.num_families),
        "too few" if finding.mean is None else _amount(measure, finding.mean),
        interval,
        _amount(measure, finding.mean_of_others),
        "" if gap is None else _number(measure, gap.value),
        "" if gap is None else _ends(measure, gap.low, gap.high),
        "" if like is None else _number(measure, like.value),
        "" if gap is None else f"{gap.p_adjusted:.3f}",
    ]


def _ends(measure: Measure, low: float, high: float) -> str:
    return f"{_number(measure, low)} to {_number(measure, high)}"


def _notes(audit: Audit) -> Iterator[str]:
    yield (
        f"{audit.num_comparisons} comparisons judged together: p is the permutation p-value, by Holm's correction, and "
        f"a gap is larger than chance where p is at most {chance.LEVEL}. Intervals are not corrected."
    )
    yield (
        f"Brothers and sisters are one family; too few: less than {LEAST_FAMILIES} families in the group or beside it. "
        "Like for like: among children of the same need level and age band."
    )
    yield f"Seed {audit.seed}, {audit.resamples:,} resamples. docs/fairness.md says what an audit cannot show."
    if all(finding.measure is not Measure.OPPORTUNITY_COST for finding in audit.measures):
        yield HOW_TO_GET_OPPORTUNITY_COST


# -- JSON --------------------------------------------------------------------------------------------------------------


def audit_json(instance: Instance, plan: Plan, audit: Audit) -> dict[str, Any]:
    """The object of ``--json``: sizes, means and gaps of groups; no child, and no mean of a small group."""
    given = [finding.measure for finding in audit.measures]
    return {
        "instance": {"name": instance.name, "digest": plan.digest},
        "date": plan.date.isoformat(),
        "rematch": plan.rematch,
        "children": {
            "num_audited": audit.num_children,
            "num_new": audit.num_new,
            "num_waiting": audit.num_waiting,
            "num_moves": audit.num_moves,
            "num_stays_not_audited": audit.num_stays,
        },
        "seed": audit.seed,
        "resamples": audit.resamples,
        "num_comparisons": audit.num_comparisons,
        "level": chance.LEVEL,
        "power": chance.POWER,
        "least_families": LEAST_FAMILIES,
        "sentences": sentences(audit),
        "measures": [_measure_json(measure) for measure in audit.measures],
        "not_measured": {m.value: HOW_TO_GET_OPPORTUNITY_COST for m in Measure if m not in given},
    }


def _measure_json(measure: MeasureFinding) -> dict[str, Any]:
    return {
        "measure": measure.measure.value,
        "num_children": measure.num_children,
        "num_left_out": measure.num_left_out,
        "mean": _rounded(measure.measure, measure.mean),
        "groups": [_group_json(measure.measure, finding) for finding in measure.groups],
    }


def _group_json(measure: Measure, finding: GroupFinding) -> dict[str, Any]:
    explanation = finding.explanation
    return {
        "characteristic": finding.characteristic.value,
        "group": finding.group,
        "num_children": finding.num_children,
        "num_families": finding.num_families,
        "mean": _rounded(measure, finding.mean),
        "interval": _interval_json(measure, finding.low, finding.high),
        "mean_of_others": _rounded(measure, finding.mean_of_others),
        "gap": _gap_json(measure, finding.gap),
        "gap_like_for_like": _gap_json(measure, finding.like),
        "explanation": None if explanation is None else explanation.value,
        "mirrors": finding.mirrors,
    }


def _gap_json(measure: Measure, gap: Gap | None) -> dict[str, Any] | None:
    if gap is None:
        return None
    return {
        "value": _rounded(measure, gap.value),
        "interval": _interval_json(measure, gap.low, gap.high),
        "p_value": round(gap.p_value, 6),
        "p_adjusted": round(gap.p_adjusted, 6),
        "larger_than_chance": gap.is_larger_than_chance,
        "smallest_seen": _rounded(measure, gap.smallest_seen),
    }


def _interval_json(measure: Measure, low: float | None, high: float | None) -> list[float | int | None] | None:
    return None if low is None or high is None else [_rounded(measure, low), _rounded(measure, high)]


def _rounded(measure: Measure, value: float | None) -> float | int | None:
    """Whole pence; miles to one hundredth, wishes and shares to four places."""
    if value is None:
        return None
    if measure in (Measure.FEE, Measure.OPPORTUNITY_COST):
        return round(value)
    return round(value, 2 if measure is Measure.DISTANCE else 4)
