"""The options of a child side by side, why each is ranked where it is, and why other settings are not offered."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from rightplace.instances.settings import Carer, Grade
from rightplace.reports.panel_pages import Option, Row
from rightplace.reports.wording import and_list, capital, day_words, pounds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rightplace.instances.children import Child
    from rightplace.instances.instance import Instance
    from rightplace.instances.settings import Setting

NUM_OPTIONS = 5
"""Options that stand side by side on a page."""
_NUM_NAMED = 2
_NOT_PROVEN = " (not proven closer)"


def shown_of(suggestions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The best-ranked suggestions; the plan's own is always among them."""
    ranked = sorted(suggestions, key=lambda suggestion: suggestion["rank"])
    shown, rest = ranked[:NUM_OPTIONS], ranked[NUM_OPTIONS:]
    planned = [suggestion for suggestion in rest if suggestion["in_plan"]]
    return [*shown[: NUM_OPTIONS - len(planned)], *planned]


def options_of(shown: Sequence[Mapping[str, Any]]) -> tuple[Option, ...]:
    """The heads of the columns."""
    return tuple(Option(rank=s["rank"], setting_id=s["setting"], in_plan=s["in_plan"]) for s in shown)


# ------------------------------------------------------------------------------------------- why an option is ranked


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, or the least and the most that it can be."""

    least: int
    most: int

    @classmethod
    def of(cls, value: int | Mapping[str, int]) -> Amount:
        """As a ranking writes it: a whole number, or at_least and at_most."""
        if isinstance(value, int):
            return cls(value, value)
        return cls(value["at_least"], value["at_most"])

    @property
    def is_exact(self) -> bool:
        """Least and most are the same."""
        return self.least == self.most


def because(choice: Mapping[str, Any], *, child_id: str | None = None) -> str:
    """Why a choice is ranked where it is, in one sentence: what it costs all children together.

    Parameters
    ----------
    choice
        A suggestion, or the choice to go on waiting.
    child_id
        The child, for the choice to go on waiting: then it is this child who is left without a home.
    """
    more_waiting = Amount.of(choice["additional_waiting"])
    cost = Amount.of(choice["opportunity_cost_pence_per_week"])
    displaced = choice["displaced"]
    if child_id is not None and (more_waiting, cost) == (Amount(0, 0), Amount(0, 0)):
        return f"Leaves {child_id} without a home, as the plan does"
    parts = []
    if more_waiting.most > 0 or child_id is not None:
        named = [item["child"] for item in displaced if item["to"] is None] if more_waiting.is_exact else []
        parts.append(_waiting_words(more_waiting, named if child_id is None else [child_id, *named]))
        displaced = [item for item in displaced if item["child"] not in named]
    if cost != Amount(0, 0) or not parts:
        touches_others = bool(choice["displaced"]) or child_id is not None
        parts.append(_cost_words(cost, touches_others=touches_others or not choice["exact"]))
    words = capital("; ".join(parts)) + ("" if choice["exact"] else _NOT_PROVEN)
    changes = _changes_words(displaced)
    return f"{words}: {changes}" if changes else words


def _waiting_words(more: Amount, named: Sequence[str]) -> str:
    if named:
        return f"leaves {and_list(named)} without a home"
    if more.is_exact:
        return f"leaves more children without a home (their waiting weighs {more.most})"
    return f"may leave more children without a home (their waiting weighs {more.least} to {more.most})"


def _cost_words(cost: Amount, *, touches_others: bool) -> str:
    """What the choice costs a week, all children together."""
    if cost.is_exact:
        if cost.most == 0:
            return "costs nothing over all children" if touches_others else "costs the other children nothing"
        if cost.most < 0:
            return f"{pounds(-cost.most)} a week less over all children"
        if touches_others:
            return f"{pounds(cost.most)} a week more over all children"
        return f"{pounds(cost.most)} a week more for this placement itself; no other child is affected"
    if cost.least > 0:
        return f"between {pounds(cost.least)} and {pounds(cost.most)} a week more over all children"
    if cost.most <= 0:
        return f"between {pounds(-cost.most)} and {pounds(-cost.least)} a week less over all children"
    if cost.least == 0:
        return f"at most {pounds(cost.most)} a week more over all children, perhaps nothing"
    return f"between {pounds(-cost.least)} a week less and {pounds(cost.most)} more over all children"


def _changes_words(displaced: Sequence[Mapping[str, Any]]) -> str:
    if len(displaced) > _NUM_NAMED:
        return f"{len(displaced)} other suggestions would change"
    return "; ".join(_change_words(item) for item in displaced)


def _change_words(item: Mapping[str, Any]) -> str:
    """What would change for another child."""
    child, before, after = item["child"], item["from"], item["to"]
    if after is None:
        return f"{child} would go on waiting instead of going to {before}"
    if before is None:
        return f"{child}, who would otherwise wait, would go to {after}"
    return f"{child} would go to {after} instead of {before}"


def waiting_words(choice: Mapping[str, Any], child_id: str) -> str:
    """What it would mean for the child to go on waiting, beside the options."""
    return f"Going on waiting is ranked {choice['rank']}. {because(choice, child_id=child_id)}."


# --------------------------------------------------------------------------------------------- the table of options


def rows_of(instance: Instance, child: Child, shown: Sequence[Mapping[str, Any]]) -> tuple[Row, ...]:
    """The lines of the table of options; lines that have nothing to say for any option are left out."""
    lines: dict[str, list[tuple[str, ...]]] = {
        "Why ranked here": [(because(s),) for s in shown],
        "Other children": [_others_cell(s) for s in shown],
        "Kind and grade": [(s["setting_type"], grade_words(instance, instance.setting[s["setting"]])) for s in shown],
        "Area": [(area_words(instance, child, instance.setting[s["setting"]]),) for s in shown],
        "Miles": [_miles_cell(child, s) for s in shown],
        "Siblings": [_siblings_cell(s) for s in shown],
        "Wishes": [_wishes_cell(s) for s in shown],
        "Can start": [(day_words(day_of(s["starts_on"])),) for s in shown],
        "Fee a week": [_fee_cell(s) for s in shown],
        "One more place": [(_shadow_words(s["shadow_price_pence_per_week"]),) for s in shown],
        "Signatures needed": [_approvals_cell(s) for s in shown],
    }
    return tuple(Row(label, tuple(cells)) for label, cells in lines.items() if any(any(cell) for cell in cells))


def day_of(value: str | date) -> date:
    """A day as a ranking holds it, or as its JSON does."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def _others_cell(suggestion: Mapping[str, Any]) -> tuple[str, ...]:
    """Whose suggestion would change, where they are too many for the sentence."""
    displaced = suggestion["displaced"]
    if len(displaced) <= _NUM_NAMED:
        return ("",)
    return tuple(f"{d['child']}: {d['from'] or 'waits'} to {d['to'] or 'waiting'}" for d in displaced)


def grade_words(instance: Instance, setting: Setting) -> str:
    """The grade of the setting, or of its provider where it has none of its own."""
    own = None if isinstance(setting, Carer) else setting.grade
    grade = own if own is not None else instance.provider[setting.offer.provider_id].grade
    return "no grade" if grade is None else _GRADES[grade] + (" provider" if own is None else "")


_GRADES = {grade: grade.name.lower().replace("_", " ") for grade in Grade}


def area_words(instance: Instance, child: Child, setting: Setting) -> str:
    """Whether the setting stands in area, in an adjoining one or at a distance, and which area that is."""
    own, there = instance.authority[child.authority_id], instance.authority[setting.offer.authority_id]
    if own.id == there.id:
        return "in area"
    adjoins = there.id in own.neighbour_ids or own.id in there.neighbour_ids
    return f"adjoining: {there.name}" if adjoins else f"at a distance: {there.name}"


def _miles_cell(child: Child, suggestion: Mapping[str, Any]) -> tuple[str, ...]:
    lines = [f"{miles_words(suggestion['distance_miles'])} from home"]
    if child.school is not None:
        lines.append(f"{miles_words(suggestion['school_miles'])} from school")
    return tuple(lines)


def miles_words(value: float | None) -> str:
    """Miles to one decimal, or that they are unknown."""
    return "unknown" if value is None else f"{value:.1f}"


def _siblings_cell(suggestion: Mapping[str, Any]) -> tuple[str, ...]:
    if suggestion["with_siblings"] is None:
        return ("",)
    found, total = suggestion["siblings"], suggestion["num_siblings"]
    if suggestion["with_siblings"]:
        return (f"together with {and_list(found)}",)
    return (f"with {and_list(found)}, {len(found)} of {total}",) if found else (f"apart from {total}",)


def _wishes_cell(suggestion: Mapping[str, Any]) -> tuple[str, ...]:
    met, unmet = suggestion["wishes_met"], suggestion["wishes_unmet"]
    return tuple(f"{words}: {and_list(list(wishes))}" for words, wishes in (("met", met), ("not met", unmet)) if wishes)


def _fee_cell(suggestion: Mapping[str, Any]) -> tuple[str, ...]:
    lines = [pounds(suggestion["fee_pence_per_week"])]
    if suggestion["policy_pence_per_week"]:
        lines.append(f"policy adds {pounds(suggestion['policy_pence_per_week'])}")
    if suggestion["support"] != "none":
        lines.append(f"with {suggestion['support']} support")
    if suggestion["on_block"]:
        lines.append("block bed")
    return tuple(lines)


def _shadow_words(pence_per_week: int) -> str:
    return f"saves {pounds(pence_per_week)} a week" if pence_per_week else "saves nothing"


def _approvals_cell(suggestion: Mapping[str, Any]) -> tuple[str, ...]:
    needed = suggestion["approvals"]
    return tuple(f"{approval['title']} ({approval['rule']})" for approval in needed) or ("none",)


def signatures_of(shown: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Who signs what, for which options and by when: one sentence an approval."""
    concerned: dict[tuple[str, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for suggestion in shown:
        for a in suggestion["approvals"]:
            concerned[(a["rule"], a["title"], a["signatory"], a["deadline"])].append(suggestion)
    return tuple(
        f"{options_words(options)}: {title} ({rule}). Signed by the {signatory.removeprefix('the ')}. "
        f"{capital(deadline)}; the placement would start on {_starts_words(options)}."
        for (rule, title, signatory, deadline), options in sorted(concerned.items())
    )


def options_words(concerned: Sequence[Mapping[str, Any]]) -> str:
    """Options by their ranks: Options 2 and 4."""
    return f"Option{'' if len(concerned) == 1 else 's'} {and_list([str(s['rank']) for s in concerned])}"


def _starts_words(options: Sequence[Mapping[str, Any]]) -> str:
    return and_list([day_words(day) for day in sorted({day_of(s["starts_on"]) for s in options})])
