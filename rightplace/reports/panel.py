"""The panel paper: a front page and a page a child, from an instance and a ranking of settings for its children."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rightplace.files import written_at_once
from rightplace.plan import Tier
from rightplace.reports.panel_checklists import LAW, checklists_of
from rightplace.reports.panel_child import age_words, need_level_words, needed_by_words, needs_of
from rightplace.reports.panel_exclusions import exclusions_of, more_words
from rightplace.reports.panel_html import html_of
from rightplace.reports.panel_options import (
    day_of,
    options_of,
    rows_of,
    shown_of,
    signatures_of,
    together_words,
    waiting_words,
    warnings_of,
)
from rightplace.reports.panel_pages import ChildPage, ContentsLine, Fact, Panel
from rightplace.reports.panel_xlsx import workbook_of
from rightplace.reports.proof import open_sentences
from rightplace.reports.wording import and_list, day_words, pounds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rightplace.instances.instance import Instance

TITLE = "Panel paper: suggested placements"


def write_panel(instance: Instance, ranking: Mapping[str, Any], path: Path) -> None:
    """Write the panel paper as one .html or .xlsx, all at once or not at all.

    Parameters
    ----------
    ranking
        What ``rank --all --json`` prints, of this very instance and policy.

    Raises
    ------
    ValueError
        When the path ends otherwise, the ranking is of another instance or names what it does not have, or the
        certificate refused its plan.
    """
    suffix = path.suffix.lower()
    if suffix not in (".html", ".xlsx"):
        raise ValueError(f"{path}: expected a panel paper ending in .html or .xlsx")
    panel = panel_of(instance, ranking)
    with written_at_once(path) as target:
        if suffix == ".html":
            target.write_text(html_of(panel), encoding="utf-8")
        else:
            workbook_of(panel).save(target)


def panel_of(instance: Instance, ranking: Mapping[str, Any]) -> Panel:
    """What the paper says, in words.

    Raises
    ------
    ValueError
        As ``write_panel``.
    """
    _refuse(instance, ranking)
    pages = tuple(_page(instance, found, ranking["sibling_groups"]) for found in ranking["children"])
    return Panel(
        title=TITLE,
        subject=f"{ranking['instance']['name']}, {day_words(day_of(ranking['date']))}",
        digest=ranking["instance"]["digest"],
        what_this_is=_WHAT_THIS_IS,
        totals=_totals(instance, ranking),
        proof=_proof(ranking),
        how_to_read=_how_to_read(instance),
        contents=tuple(_contents_line(instance, found) for found in ranking["children"]),
        pages=pages,
    )


def _refuse(instance: Instance, ranking: Mapping[str, Any]) -> None:
    """Refuse a ranking that does not belong to the instance, or whose plan the checker refused."""
    if not ranking["certificate"]["accepted"]:
        raise ValueError("the certificate refused the plan: no panel paper is made of it")
    if ranking["instance"]["digest"] != instance.digest:
        raise ValueError("the ranking is of another instance or policy: the digests differ")
    unknown = [found["child"] for found in ranking["children"] if found["child"] not in instance.child]
    for found in ranking["children"]:
        settings = [item["setting"] for item in (*found["suggestions"], *found["ineligible"])]
        unknown += [setting for setting in settings if setting not in instance.setting]
    if unknown:
        raise ValueError(f"the ranking names what the instance does not have: {', '.join(sorted(set(unknown)))}")


def _page(instance: Instance, found: Mapping[str, Any], groups: Sequence[Mapping[str, Any]]) -> ChildPage:
    child = instance.child[found["child"]]
    shown = shown_of(found["suggestions"])
    stays = any(suggestion["kind"] == "stay" for suggestion in shown)
    exclusions, num_more_rules = exclusions_of(instance, child, found["ineligible"])
    return ChildPage(
        child_id=child.id,
        needs=needs_of(instance, child),
        suggestion=_suggestion(found),
        options=options_of(shown),
        rows=rows_of(instance, child, shown),
        signatures=signatures_of(shown),
        warnings=warnings_of(shown),
        waiting=waiting_words(child, found, shown),
        together=together_words(groups, child.id),
        more=more_words(instance, child, found),
        exclusions=exclusions,
        num_more_rules=num_more_rules,
        law=f"{LAW}.",
        checklists=checklists_of(instance, child, shown),
        decisions=(
            *(f"Option {s['rank']}: {s['setting']}{' (stay)' if s['kind'] == 'stay' else ''}" for s in shown),
            *(["Go on waiting"] if child.is_waiting else [f"Stay in {child.current_setting_id}"] if not stays else []),
            "Put off",
            "Another decision",
        ),
    )


def _planned(found: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return next((suggestion for suggestion in found["suggestions"] if suggestion["in_plan"]), None)


def _suggestion(found: Mapping[str, Any]) -> str:
    planned = _planned(found)
    if found["in_plan"] is None:
        return "The plan for all children together has no place for this child: the suggestion is to go on waiting."
    if planned is None:
        return f"The plan for all children together suggests {found['in_plan']}."
    stay = "to stay in " if planned["kind"] == "stay" else ""
    return (
        f"The plan for all children together suggests option {planned['rank']}, {stay}{planned['setting']} "
        f"({planned['setting_type']})."
    )


def _contents_line(instance: Instance, found: Mapping[str, Any]) -> ContentsLine:
    child = instance.child[found["child"]]
    planned = _planned(found)
    needed = [] if planned is None else planned["approvals"]
    kind = "" if planned is None else f" ({planned['setting_type']})"
    stay = "stay in " if planned is not None and planned["kind"] == "stay" else ""
    return ContentsLine(
        child_id=child.id,
        age=age_words(child),
        need_level=need_level_words(instance, child),
        search=child.urgency.value if child.is_waiting else "may move",
        needed_by=needed_by_words(child) if child.is_waiting else "",
        suggestion="go on waiting" if found["in_plan"] is None else f"{stay}{found['in_plan']}{kind}",
        signatures=and_list([f"{approval['signatory']} ({approval['rule']})" for approval in needed]) or "none",
    )


# ------------------------------------------------------------------------------------------------------ front page

_WHAT_THIS_IS = (
    "These are suggestions made by a computer program, rightplace, which considers all waiting children and all "
    "vacancies together. People decide. Each child's page says what each choice rests on, what it would mean for "
    "the other children, and who must sign; the decision and its reason are written down there.",
    "Children appear by id only. The paper tells a child's needs all the same: handle it as a record of a child.",
    "What is typed into an open page is not kept when the page is closed: print it, save it as a PDF, or use the "
    "paper as a workbook.",
)


def _totals(instance: Instance, ranking: Mapping[str, Any]) -> tuple[Fact, ...]:
    children = ranking["children"]
    plans = [planned for found in children if (planned := _planned(found)) is not None]
    num_signatures = sum(len(planned["approvals"]) for planned in plans)
    num_alone = sum(not found["suggestions"] for found in children)
    seeking = [found for found in children if instance.child[found["child"]].is_waiting]
    num_moves = sum(planned["kind"] == "move" for planned in plans)
    may_move = Fact("Children who may move", f"{len(children) - len(seeking)}; the plan moves {num_moves}")
    return (
        Fact("Children who seek a home", str(len(seeking))),
        Fact("Given a place by the plan", str(sum(found["in_plan"] is not None for found in seeking))),
        Fact("Left waiting by the plan", str(ranking["num_waiting"])),
        *([may_move] if len(children) > len(seeking) else []),
        Fact("Children to whom no setting is open", str(num_alone)),
        Fact("Fees and what the policy adds, all children", f"{pounds(ranking['value_pence_per_week'])} a week"),
        Fact("Signatures that the plan needs", str(num_signatures)),
    )


def _proof(ranking: Mapping[str, Any]) -> tuple[str, ...]:
    """How good the plan is and who says so, and what the checker says."""
    tiers = [Tier(**tier) for tier in ranking["tiers"]]
    claimed = and_list(list(dict.fromkeys(tier.claimed_by for tier in tiers)))
    if ranking["status"] == "optimal":
        sentences = [f"No better plan for all children together exists, says {claimed}."]
    else:
        sentences = [f"A better plan for all children together may exist, says {claimed}:", *open_sentences(tiers)]
    accepted = (
        "Certificate: accepted. A checker that shares no code with the model, but the rules and the prices of single "
        f"pairs, recomputed every rule, place and penny ({pounds(ranking['value_pence_per_week'])} a week)."
    )
    return (*sentences, accepted)


def _how_to_read(instance: Instance) -> tuple[Fact, ...]:
    urgency = instance.policy.urgency
    return (
        Fact(
            "Ranked",
            "by what a choice costs all children together: the best plan with it, less the best plan of all. The first "
            "choice costs nothing. Where the amount is not proven, the page gives the least and the most.",
        ),
        Fact(
            "Waiting weighs",
            f"an emergency {urgency.emergency_weight}, a child needed within {urgency.within_days} days "
            f"{urgency.within_days_weight}, any other {urgency.planned_weight}. Placing children comes before money.",
        ),
        Fact(
            "Policy adds",
            "what the authority's policy says that miles, a change of school, unmet wishes and signatures are worth. "
            f"Nobody is paid it. That siblings live apart is worth {pounds(instance.policy.price.siblings_apart)} a "
            "week a pair: this is no part of a row, but of what a choice costs all children together.",
        ),
        Fact(
            "One more place",
            "the most that all children together would save a week if the setting had one place more: how scarce it "
            "is.",
        ),
        Fact("Miles", "in a straight line, to one decimal."),
    )
