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
_NUM_LISTED = 6
_NUM_TOGETHER = 3
_NOT_PROVEN = " (not proven closer)"


def shown_of(suggestions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The best-ranked suggestions of which a plan is known; the plan's own is always among them."""
    known = [suggestion for suggestion in suggestions if is_known(suggestion)]
    ranked = sorted(known, key=lambda suggestion: suggestion["rank"])
    shown, rest = ranked[:NUM_OPTIONS], ranked[NUM_OPTIONS:]
    planned = [suggestion for suggestion in rest if suggestion["in_plan"]]
    return [*shown[: NUM_OPTIONS - len(planned)], *planned]


def is_known(suggestion: Mapping[str, Any]) -> bool:
    """Whether a plan with the suggestion was found: without one, there is nothing to tell of it but its setting."""
    return "starts_on" in suggestion


def options_of(shown: Sequence[Mapping[str, Any]]) -> tuple[Option, ...]:
    """The heads of the columns."""
    return tuple(Option(rank=s["rank"], setting_id=s["setting"], in_plan=s["in_plan"]) for s in shown)


# ------------------------------------------------------------------------------------------- why an option is ranked


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, or the least and the most that it can be; ``None`` where nothing is known on that side."""

    least: int | None
    most: int | None

    @classmethod
    def of(cls, value: int | Mapping[str, int | None]) -> Amount:
        """As a ranking writes it: a whole number, or at_least and at_most."""
        if isinstance(value, int):
            return cls(value, value)
        return cls(value["at_least"], value["at_most"])

    @property
    def is_exact(self) -> bool:
        """Least and most are known, and the same."""
        return self.least is not None and self.least == self.most


def because(choice: Mapping[str, Any], *, child_id: str | None = None, alone: str = "this placement itself") -> str:
    """Why a choice is ranked where it is, in one sentence: what it costs all children together.

    Parameters
    ----------
    choice
        A suggestion, or the choice to go on waiting.
    child_id
        The child, for the choice to go on waiting: then it is this child who is left without a home.
    alone
        What a cost is for that touches no other child.
    """
    if child_id is not None and choice["in_plan"]:
        return f"Leaves {child_id} without a home, as the plan does"
    if choice["in_plan"] and not choice["exact"]:
        return "As the plan does; whether a better plan for all children does otherwise is not proven"
    more_waiting = Amount.of(choice["additional_waiting"])
    cost = Amount.of(choice["opportunity_cost_pence_per_week"])
    displaced, own = choice["displaced"], [] if child_id is None else [child_id]
    parts = [_steps_words(Amount.of(choice.get("additional_search_steps", 0)))]
    if own or more_waiting != Amount(0, 0):
        named = [item["child"] for item in displaced if item["to"] is None] if more_waiting.is_exact else []
        parts.insert(0, _waiting_words(more_waiting, [*own, *named]))
        displaced = [item for item in displaced if item["child"] not in named]
    parts = [part for part in parts if part]
    if cost != Amount(0, 0) or not parts:
        touches_others = bool(choice["displaced"]) or child_id is not None
        parts.append(_cost_words(cost, None if touches_others or not choice["exact"] else alone))
    words = capital("; ".join(parts)) + ("" if choice["exact"] else _NOT_PROVEN)
    changes = _changes_words(displaced)
    if not changes:
        return words
    return f"{words}: {changes}" if choice["exact"] else f"{words}. In the best plan found, {changes}"


def _waiting_words(more: Amount, named: Sequence[str]) -> str:
    if named:
        return f"leaves {and_list(named)} without a home"
    if more.is_exact and more.most is not None:
        return f"leaves {'more' if more.most > 0 else 'fewer'} children without a home than the plan"
    if more.least is not None and more.least > 0:
        return "leaves more children without a home"
    return "may leave more children without a home"


def _steps_words(more: Amount) -> str:
    """What the choice means for the order in which the policy wants settings to be searched."""
    if more == Amount(0, 0):
        return ""
    if more.is_exact and more.most is not None:
        return f"takes settings that come {'later' if more.most > 0 else 'earlier'} in the search order"
    return "may take settings that come later in the search order"


def _cost_words(cost: Amount, alone: str | None) -> str:
    """What the choice costs a week, all children together; ``alone``: what for, where it touches no other child."""
    least, most = cost.least, cost.most
    if least is None and most is None:
        return "what it would cost over all children is not known"
    if most is None or least is None:
        return f"{'at least' if most is None else 'at most'} {_more_or_less(least if most is None else most)}"
    if least == most:
        if most == 0:
            return "costs nothing over all children" if alone is None else "costs the other children nothing"
        if most < 0 or alone is None:
            return _more_or_less(most)
        return f"{pounds(most)} a week more for {alone}; no other child is affected"
    if least > 0:
        return f"between {pounds(least)} and {pounds(most)} a week more over all children"
    if most <= 0:
        return f"between {pounds(-most)} and {pounds(-least)} a week less over all children"
    if least == 0:
        return f"at most {pounds(most)} a week more over all children, perhaps nothing"
    return f"between {pounds(-least)} a week less and {pounds(most)} more over all children"


def _more_or_less(pence_per_week: int | None) -> str:
    """An amount that differs, over all children."""
    amount = pence_per_week or 0
    return f"{pounds(abs(amount))} a week {'less' if amount < 0 else 'more'} over all children"


def _changes_words(displaced: Sequence[Mapping[str, Any]]) -> str:
    """Whose suggestions would change; of many, those who would be left waiting are named in any case."""
    if len(displaced) <= _NUM_NAMED:
        return "; ".join(_change_words(item) for item in displaced)
    left = [item["child"] for item in displaced if item["to"] is None]
    words = f"{len(displaced)} other suggestions would change"
    return f"{words}, {and_list(left)} would go on waiting" if left else words


def _change_words(item: Mapping[str, Any]) -> str:
    """What would change for another child."""
    child, before, after = item["child"], item["from"], item["to"]
    if after is None:
        return f"{child} would go on waiting instead of going to {before}"
    if before is None:
        return f"{child}, who would otherwise wait, would go to {after}"
    return f"{child} would go to {after} instead of {before}"


def waiting_words(child: Child, found: Mapping[str, Any], shown: Sequence[Mapping[str, Any]]) -> str:
    """What it would mean for the child to go on waiting, or to stay where a child who may move lives now."""
    choice = found["waiting"]
    if choice is not None:
        rank = "below the options shown" if choice["rank"] is None else str(choice["rank"])
        return f"Going on waiting is ranked {rank}. {because(choice, child_id=child.id)}."
    if child.is_waiting:
        return "Going on waiting is not a choice for this child."
    stays = next((f"is option {s['rank']}" for s in shown if s["kind"] == "stay"), "is not among the options shown")
    return f"The child lives in {child.current_setting_id} and need not move: to stay there {stays}."


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
        "Can start": [("lives here now" if s["kind"] == "stay" else day_words(day_of(s["starts_on"])),) for s in shown],
        "Fee a week": [_fee_cell(s) for s in shown],
        "One more place": [(_shadow_words(s["shadow_price_pence_per_week"]),) for s in shown],
        "Signatures": [_approvals_cell(s) for s in shown],
        "To look at": [tuple(f"{w['title']} ({w['rule']})" for w in s["warnings"]) for s in shown],
    }
    return tuple(Row(label, tuple(cells)) for label, cells in lines.items() if any(any(cell) for cell in cells))


def day_of(value: str | date) -> date:
    """A day as a ranking holds it, or as its JSON does."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def _others_cell(suggestion: Mapping[str, Any]) -> tuple[str, ...]:
    """Whose suggestion would change, where they are too many for the sentence: who loses or gains a home first."""
    displaced = suggestion["displaced"]
    if len(displaced) <= _NUM_NAMED:
        return ("",)
    telling = sorted(displaced, key=lambda d: (d["to"] is not None, d["from"] is not None))
    lines = [f"{d['child']}: {d['from'] or 'waits'} to {d['to'] or 'waiting'}" for d in telling]
    if len(lines) <= _NUM_LISTED:
        return tuple(lines)
    return (*lines[: _NUM_LISTED - 1], f"and {len(lines) - _NUM_LISTED + 1} more would change")


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


def _shadow_words(pence_per_week: int | None) -> str:
    if pence_per_week is None:
        return "not known"
    return f"saves up to {pounds(pence_per_week)} a week" if pence_per_week else "saves nothing"


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
        f"{_options_or_all(options, shown)}: {title} ({rule}). Signed by the {signatory.removeprefix('the ')}. "
        f"{capital(deadline)}; the placement would start on {_starts_words(options)}."
        for (rule, title, signatory, deadline), options in sorted(concerned.items())
    )


def warnings_of(shown: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """What somebody should look at before choosing some of the options: one sentence a warning."""
    concerned: dict[tuple[str, str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for suggestion in shown:
        for w in suggestion["warnings"]:
            concerned[(w["rule"], w["title"], w["sentence"])].append(suggestion)
    return tuple(
        f"{_options_or_all(options, shown)}: to look at, {title} ({rule}). {sentence}"
        for (rule, title, sentence), options in sorted(concerned.items())
    )


def _options_or_all(concerned: Sequence[Mapping[str, Any]], shown: Sequence[Mapping[str, Any]]) -> str:
    return "All options" if 1 < len(concerned) == len(shown) else options_words(concerned)


def together_words(groups: Sequence[Mapping[str, Any]], child_id: str) -> str:
    """Which settings could take the whole sibling group, best first, and what that would cost all children."""
    for group in groups:
        known = [item for item in group["suggestions"] if "setting_type" in item]
        if child_id in group["children"] and known:
            named = and_list([other for other in group["children"] if other != child_id])
            offered = "; ".join(f"in {item['setting']}: {_together_cost(item)}" for item in known[:_NUM_TOGETHER])
            return f"All siblings in one setting, {child_id} with {named}, best first: {offered}."
    return ""


def _together_cost(item: Mapping[str, Any]) -> str:
    if item["in_plan"]:
        return "as the plan does"
    words = because(item, alone="these placements themselves")
    return words[:1].lower() + words[1:]


def options_words(concerned: Sequence[Mapping[str, Any]]) -> str:
    """Options by their ranks: Options 2 and 4."""
    return f"Option{'' if len(concerned) == 1 else 's'} {and_list([str(s['rank']) for s in concerned])}"


def _starts_words(options: Sequence[Mapping[str, Any]]) -> str:
    return and_list([day_words(day) for day in sorted({day_of(s["starts_on"]) for s in options})])
