"""What is short, as plain data and in sentences: full settings, and what one more place of each kind would bring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rightplace.instances.children import AdultRatio, CaredForAlongside
from rightplace.instances.defaults import own_level
from rightplace.reports.wording import pounds, setting_type
from rightplace.rules.attributes import Type

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

    from rightplace.instances.children import Child
    from rightplace.instances.instance import Instance
    from rightplace.shortage import Change, FullKind, FullSetting, Interval, Kind, Shortage, Trial

_MOST_LINES = 10
_MOST_FULL = 5
_MOST_NAMES = 4
_TYPES = {
    Type.CARER: "in-house carer",
    Type.HOME: "in-house children's home",
    Type.SUPPORTED: "in-house supported accommodation",
}
_ANY_TYPES = {Type.CARER: "carers", Type.HOME: "homes", Type.SUPPORTED: "supported accommodation"}


def shortage_data(shortage: Shortage) -> dict[str, Any]:
    """What is short, as one JSON object. Money is pence a week, ages are months, both ends included."""
    instance, plan = shortage.instance, shortage.plan
    return {
        "instance": {"name": instance.name, "digest": instance.digest},
        "date": instance.date.isoformat(),
        "num_waiting": len(plan.waiting_ids),
        "waiting": list(plan.waiting_ids),
        "value_pence_per_week": plan.value_pence_per_week,
        "plan_is_proven": plan.is_proven,
        "full_settings": [_full_setting(instance, item) for item in shortage.full_settings],
        "full_kinds": [_full_kind(item) for item in shortage.full_kinds],
        "one_more_place": [_trial(instance, trial) for trial in shortage.trials],
        "num_without_effect": len(shortage.without_effect) + len(shortage.without_promise),
        "unsettled": [_kind(instance, kind) for kind in shortage.unsettled],
        "untried": [_kind(instance, kind) for kind in shortage.untried],
        "stopped_by": shortage.stopped_by,
    }


def _full_setting(instance: Instance, item: FullSetting) -> dict[str, Any]:
    setting = instance.setting[item.setting_id]
    concerned = instance.child[(*item.waiting_ids, *item.dearer_ids)[0]]
    return {
        "setting": item.setting_id,
        "type": setting_type(instance, setting, concerned.authority_id),
        "need_level": own_level(instance, setting),
        "num_waiting": len(item.waiting_ids),
        "waiting": list(item.waiting_ids),
        "num_placed_dearer": len(item.dearer_ids),
        "placed_dearer": list(item.dearer_ids),
    }


def _full_kind(item: FullKind) -> dict[str, Any]:
    return {
        "type": _ANY_TYPES[item.type],
        "need_level": item.need_level,
        "num_settings": item.num_settings,
        "num_full": item.num_full,
        "num_binding": item.num_binding,
        "num_waiting": len(item.waiting_ids),
        "waiting": list(item.waiting_ids),
        "num_placed_dearer": len(item.dearer_ids),
        "placed_dearer": list(item.dearer_ids),
    }


def _kind(instance: Instance, kind: Kind) -> dict[str, Any]:
    return {
        "kind": kind_words(instance, kind),
        "authority": kind.authority_id,
        "type": _TYPES[kind.type],
        "num_places": kind.num_places,
        "need_level": kind.need_level,
        "age_min_months": kind.age_min_months,
        "age_max_months": kind.age_max_months,
        "area": kind.area.value,
    }


def _trial(instance: Instance, trial: Trial) -> dict[str, Any]:
    change, offer = trial.change, trial.setting.offer
    return _kind(instance, trial.kind) | {
        "sentence": sentence(instance, trial),
        "fee_pence_per_week": trial.fee_pence_per_week,
        "location": offer.location.text,
        "area_authority": offer.authority_id,
        "num_placed_more": change.num_placed_more,
        "placed": list(change.placed_ids),
        "no_longer_placed": list(change.no_longer_placed_ids),
        "in_the_new_place": list(trial.there_ids),
        "must_have": list(must_have(trial.kind, [instance.child[child_id] for child_id in trial.there_ids])),
        "num_in_both": change.num_in_both,
        "saving_in_both_pence_per_week": change.saving_in_both,
        "fees_saving_in_both_pence_per_week": change.fees_saving_in_both,
        "saving_in_all_pence_per_week": change.saving_in_all,
        "fees_saving_in_all_pence_per_week": change.fees_saving_in_all,
        "num_sibling_pairs_reunited": change.num_pairs_reunited,
        "num_sibling_pairs_parted": change.num_pairs_parted,
        "exact": trial.is_exact,
        "less_weighted_waiting": _interval(trial.less_waiting),
        "best_saving_in_all_pence_per_week": None if trial.saving_in_all is None else _interval(trial.saving_in_all),
    }


def _interval(interval: Interval) -> dict[str, int]:
    return {"at_least": interval.at_least, "at_most": interval.at_most}


def must_have(kind: Kind, children: Iterable[Child]) -> Iterator[str]:
    """What the children who would live in a place ask of it beside type, level and ages, in words."""
    listed = list(children)
    if any(child.adaptation_needed for child in listed):
        yield "adapted"
    if any(child.parent_and_child for child in listed):
        yield "takes a parent with a baby"
    if any(child.remand for child in listed):
        yield "accepts remand"
    ratio = max((child.adult_ratio for child in listed), default=AdultRatio.STANDARD)
    if kind.type is not Type.CARER and ratio > AdultRatio.STANDARD:
        yield f"{ratio.name.lower().replace('_', ' ')} adults"
    if kind.type is Type.SUPPORTED and any(c.cared_for_alongside is CaredForAlongside.SOLO for c in listed):
        yield "self-contained"
    yield from sorted({need.value for child in listed for need in child.needs})


def kind_words(instance: Instance, kind: Kind) -> str:
    """A kind of place: "in-house carer with 2 places, level 2, ages 5 to 9, in area (Barnet)"."""
    places = "" if kind.num_places == 1 else f" with {kind.num_places} places"
    ages = f"ages {kind.age_min_months // 12} to {kind.age_max_months // 12}"
    name = instance.authority[kind.authority_id].name
    where = "in area" if kind.area.value == "own area" else "in an adjoining area"
    whose = f" ({name})" if len({child.authority_id for child in instance.candidates()}) > 1 else ""
    return f"{_TYPES[kind.type]}{places}, level {kind.need_level}, {ages}, {where}{whose}"


def sentence(instance: Instance, trial: Trial) -> str:
    """One more place of a kind and what it brings, as a sentence."""
    return f"one more {kind_words(instance, trial.kind)}: {'; '.join(_effects(trial))}"


def _effects(trial: Trial) -> Iterator[str]:
    change = trial.change
    if change.num_placed_more > 0:
        yield f"places {_count(change.num_placed_more, 'more child', 'more children')}{_instead(change)}"
    elif change.placed_ids:
        yield f"places others{_instead(change)}"
    if change.saving_in_both:
        verb = "saves" if change.saving_in_both > 0 else "costs the others"
        yield f"{verb} {pounds(abs(change.saving_in_both))} a week ({_fees_words(change.fees_saving_in_both)})"
    if change.num_pairs_reunited:
        yield f"reunites {_count(change.num_pairs_reunited, 'pair', 'pairs')} of siblings"
    if change.num_pairs_parted:
        yield f"parts {_count(change.num_pairs_parted, 'pair', 'pairs')} of siblings"
    yield f"{_names(trial.there_ids)} would live there"
    if not trial.is_exact:
        yield _open_words(trial)


def _fees_words(saving_pence: int) -> str:
    if not saving_pence:
        return "fees as before"
    return f"fees {pounds(abs(saving_pence))} {'less' if saving_pence > 0 else 'more'}"


def _instead(change: Change) -> str:
    """Who comes in, where somebody else is left out for them."""
    if not change.no_longer_placed_ids:
        return ""
    return f" ({_names(change.placed_ids)} instead of {_names(change.no_longer_placed_ids)})"


def _open_words(trial: Trial) -> str:
    """What is still open of a trial that a limit ended, or that rests on a plan that is not proven."""
    less, saving = trial.less_waiting, trial.saving_in_all
    if less.at_least < less.at_most or saving is None:
        return f"not proven: weighted waiting falls by {less.at_least} to {less.at_most}"
    if saving.at_most <= 0:
        return f"not proven: all children together cost {pounds(-saving.at_most)} to {pounds(-saving.at_least)} more"
    return f"not proven: all children together cost {pounds(saving.at_least)} to {pounds(saving.at_most)} less"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _names(child_ids: tuple[str, ...]) -> str:
    shown = ", ".join(child_ids[:_MOST_NAMES])
    others = len(child_ids) - _MOST_NAMES
    return f"{shown} and {_count(others, 'other', 'others')}" if others > 0 else shown


def worth_a_line(trials: Iterable[Trial]) -> list[Trial]:
    """Trials without those that a better or equal one before them makes needless because it asks no more."""
    kept: list[Trial] = []
    for trial in trials:
        if not any(other.kind.asks_no_more_than(trial.kind) for other in kept):
            kept.append(trial)
    return kept


def print_shortage(shortage: Shortage, console: Console) -> None:
    """Who waits, what is full, and at most ten sentences on one more place."""
    num_waiting = len(shortage.plan.waiting_ids)
    if num_waiting:
        console.print(f"{_count(num_waiting, 'child waits', 'children wait')} for want of a place.", highlight=False)
    elif not shortage.plan.placements:
        console.print("No child waits for a home.")
    else:
        console.print("Every waiting child has a place. One more could only save, or suit a child better.")
    if shortage.full_kinds:
        console.print("\n[bold]Full, although more would be used[/bold]")
    for item in shortage.full_kinds[:_MOST_FULL]:
        console.print(_full_words(item), markup=False, highlight=False, soft_wrap=True)
    if len(shortage.full_kinds) > _MOST_FULL:
        console.print(f"and {len(shortage.full_kinds) - _MOST_FULL} more types and levels (see --json)")
    lines = worth_a_line(shortage.trials)
    console.print("\n[bold]One more place[/bold] (the authority's own, at the policy's default fee)")
    for trial in lines[:_MOST_LINES]:
        console.print(sentence(shortage.instance, trial), markup=False, highlight=False, soft_wrap=True)
    if not lines:
        console.print("No kind of place that was tried would better this plan.")
    for words in _rest(shortage, len(lines)):
        console.print(words, markup=False, highlight=False, soft_wrap=True)


def _full_words(item: FullKind) -> str:
    settings = f"{item.num_binding} of {item.num_settings}"
    whole = ", none of which has a place left" if item.num_full == item.num_settings else ""
    waiting = f"open to {_count(len(item.waiting_ids), 'waiting child', 'waiting children')}"
    dearer = f"to {len(item.dearer_ids)} placed dearer elsewhere"
    return f"{_ANY_TYPES[item.type]}, level {item.need_level}: {settings}{whole}; {waiting}, {dearer}"


def _rest(shortage: Shortage, num_lines: int) -> Iterator[str]:
    """What the sentences leave out."""
    others = len(shortage.trials) - min(num_lines, _MOST_LINES)
    if others:
        yield f"{_count(others, 'other kind', 'other kinds')} would help as well (see --json)."
    without = len(shortage.without_effect) + len(shortage.without_promise)
    if without:
        yield f"{_count(without, 'kind', 'kinds')} would change nothing."
    if shortage.untried or shortage.unsettled:
        num_open = len(shortage.unsettled)
        words = f"Stopped by {shortage.stopped_by}: {_count(len(shortage.untried), 'kind', 'kinds')} not tried"
        yield words + (f", {num_open} without a result." if num_open else ".")
