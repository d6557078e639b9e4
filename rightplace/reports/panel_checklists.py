"""What the Care Planning Regulations ask for once a choice is made: regulations 9, 10, 11 and 13 as lists to tick.

Regulations 9, 10 and 13(1) to (3) were read as made in 2010, regulation 11(1), (2)(d) and (5) and 13(4) as amended by
SI 2013/3239. The rest of regulation 11 is known from councils' procedures, and later changes of wording were not looked
for: where it matters, the list says "check".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rightplace.instances.working_days import working_days_after
from rightplace.reports.panel_child import is_in_key_stage_4
from rightplace.reports.panel_options import day_of, options_words
from rightplace.reports.panel_pages import Checklist
from rightplace.reports.wording import capital, day_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rightplace.instances.children import Child
    from rightplace.instances.instance import Instance

LAW = "Care Planning, Placement and Case Review (England) Regulations 2010, as amended by SI 2013/3239"
"""Where the lists come from."""
_OUT_OF_AREA, _AT_A_DISTANCE = "R24", "R25"
_WORKING_DAYS = 5
_ANY = "Any option."


def checklists_of(instance: Instance, child: Child, shown: Sequence[Mapping[str, Any]]) -> tuple[Checklist, ...]:
    """The lists for a child with these options; one that no option calls for is left out or says so."""
    new = [s for s in shown if s["kind"] != "stay"]
    outside = [s for s in new if instance.setting[s["setting"]].offer.authority_id != child.authority_id]
    lists = [_placement_plan(new)]
    if is_in_key_stage_4(child):
        lists.append(_key_stage_4(new))
    lists += [_out_of_area(new, outside), _notification(new, outside)]
    any_option = "Any option." if len(new) == len(shown) else "Any option but to stay."
    return tuple(replace(item, applies=item.applies.replace(_ANY, any_option)) for item in lists)


def _before(shown: Sequence[Mapping[str, Any]]) -> str:
    """Before the placement, with the day where all options start on the same."""
    starts = {day_of(s["starts_on"]) for s in shown}
    return f"before the placement starts on {day_words(starts.pop())}" if len(starts) == 1 else "before the placement"


def _within_days(shown: Sequence[Mapping[str, Any]]) -> str:
    """Within five working days of the start, with the day where all options start on the same."""
    words = "within five working days of the start"
    starts = {day_of(s["starts_on"]) for s in shown}
    if len(starts) != 1:
        return words
    return f"{words}, by {day_words(working_days_after(starts.pop(), _WORKING_DAYS))}"


def _placement_plan(shown: Sequence[Mapping[str, Any]]) -> Checklist:
    return Checklist(
        title="placement plan",
        regulation="Regulation 9",
        applies=_ANY,
        deadline=capital(f"{_before(shown)}; where that is not reasonably practicable, {_within_days(shown)}."),
        items=(
            "The plan says how the placement will contribute to meeting the child's needs.",
            "It covers all that applies of Schedule 2: day-to-day care, contact, health, education and the rest.",
            "The child's wishes and feelings have been ascertained and given due consideration.",
            "The independent reviewing officer (IRO) has been informed.",
            "The plan is agreed with, and signed by, the carer, the registered person of the home, or who will be "
            "responsible for the child there.",
        ),
    )


def _key_stage_4(shown: Sequence[Mapping[str, Any]]) -> Checklist:
    return Checklist(
        title="education in Key Stage 4",
        regulation="Regulation 10",
        applies="Any option that disrupts the arrangements for the child's education, except in an emergency or where "
        "the present placement ends at once because of a risk of harm. Signed by a nominated officer.",
        deadline=capital(f"{_before(shown)}."),
        items=(
            "The child's wishes and feelings, as under regulation 9.",
            "The education there promotes the child's achievement and fits the personal education plan.",
            "The designated teacher at the school has been consulted.",
            "The IRO has been consulted.",
        ),
    )


def _out_of_area(shown: Sequence[Mapping[str, Any]], outside: Sequence[Mapping[str, Any]]) -> Checklist:
    title = "out of area or at a distance"
    regulation = "Regulation 11"
    adjoining, distant = (_needing(shown, rule) for rule in (_OUT_OF_AREA, _AT_A_DISTANCE))
    signed = {s["rank"] for s in (*adjoining, *distant)}
    exempt = [s for s in outside if s["rank"] not in signed]
    applies = " ".join(
        sentence
        for sentence, concerned in (
            (f"{options_words(adjoining)}: outside the area; signed by a nominated officer.", adjoining),
            (f"{options_words(distant)}: at a distance; signed by the director of children's services.", distant),
            (f"{options_words(exempt)}: outside the area, but exempt (own or connected carer).", exempt),
        )
        if concerned
    )
    if not shown:
        applies = "A setting outside the area, if one is found: signed by a nominated officer, or at a distance by the "
        applies += "director of children's services."
    elif not signed:
        applies = applies or "None of the options is outside the authority's area."
        return Checklist(title=title, regulation=regulation, applies=applies, deadline="Nothing to sign.", items=())
    consulted = "At a distance: the area authority has been consulted and has a copy of the care plan."
    if adjoining or not shown:
        consulted = "The area authority has been notified. " + (consulted if distant or not shown else "")
    return Checklist(
        title=title,
        regulation=regulation,
        applies=applies,
        deadline=capital(f"{_before(shown)}."),
        items=(
            "The child's wishes and feelings, as under regulation 9.",
            "The placement is the most appropriate one available and consistent with the care plan.",
            "Relatives have been consulted where that is appropriate.",
            consulted.strip(),
            "The IRO has been consulted.",
        ),
        note="Check: known to us from councils' procedures, but for the duties to the area authority; so is what may "
        "follow within five working days of the approval in an emergency.",
    )


def _needing(shown: Sequence[Mapping[str, Any]], rule_id: str) -> list[Mapping[str, Any]]:
    return [s for s in shown if any(approval["rule"] == rule_id for approval in s["approvals"])]


def _notification(shown: Sequence[Mapping[str, Any]], outside: Sequence[Mapping[str, Any]]) -> Checklist:
    items = [
        "The child, unless that is not appropriate to their age and understanding.",
        "Parents and who else has parental responsibility.\N{NO-BREAK SPACE}*",
        "Who has contact with the child under an order or section 34.\N{NO-BREAK SPACE}*",
        "Who cared for the child until now.\N{NO-BREAK SPACE}*",
        "The health body for the area where the child lives, and for that of the placement if another.",
        "The child's doctor, and the one with whom the child will be registered.",
        "The school, or who else provides education or training.",
        "The IRO.",
    ]
    if outside:
        items.append(
            f"{options_words(outside)}: the area authority, with the assessment of needs, why the placement is the "
            "most suitable, and the care plan unless it has it already."
        )
    return Checklist(
        title="written notification",
        regulation="Regulation 13",
        applies=_ANY,
        deadline=capital(
            f"{_before(shown)}, or in an emergency {_within_days(shown)}, unless that is not reasonably practicable."
        ),
        items=tuple(items),
        note="* May be left out where it would put the child at risk of significant harm. Check: the health body is "
        "the primary care trust in the text as made; others have taken its place.",
    )
