"""Laws of any good plan: who asks for less, has more money or more to choose from never pays more; names and order of
things do not matter."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightplace.instances.targets import Firmness, Measure, Sense, Target
from rightplace.planning import plan_capacity
from rightplace.solver.outcome import SolveOptions
from tests.planning.tiny_cases import ALONE, tiny_case
from tests.rules.builders import east_of_home, filled

if TYPE_CHECKING:
    from rightplace.instances.levers import Levers
    from rightplace.instances.planning_case import PlanningCase

GAP = 1e-5
POUND = 100.0
SEEDS = st.integers(0, 100_000)
FEW = settings(max_examples=8)


@dataclass(frozen=True, slots=True)
class Worth:
    """Value of the plan found, and the bound below which there is none; infinite where the targets clash."""

    value: float
    bound: float


def worth(case: PlanningCase) -> Worth:
    """What the best plan costs, proven and certified."""
    found = plan_capacity(case, ALONE, SolveOptions(relative_gap=GAP))
    if found.plan is None:
        assert found.clash is not None
        return Worth(math.inf, math.inf)
    assert found.certificate is not None
    assert found.certificate.is_accepted
    assert found.plan.value_pence - found.plan.bound_pence <= GAP * abs(found.plan.value_pence) + POUND
    return Worth(found.plan.value_pence, found.plan.bound_pence)


def never_costs_more(free: PlanningCase, bound: PlanningCase) -> None:
    """No proof for the free case lies above a plan of the bound one, and its plan is as good within the gap."""
    less, more = worth(free), worth(bound)
    assert less.bound <= more.value + POUND
    assert less.value <= more.value * (1 + GAP) + POUND


def costs_the_same(one: PlanningCase, other: PlanningCase) -> None:
    """Either way round."""
    first, second = worth(one), worth(other)
    assert first.bound <= second.value + POUND
    assert second.bound <= first.value + POUND
    assert math.isinf(first.value) == math.isinf(second.value)


def with_levers(case: PlanningCase, **changes: Any) -> PlanningCase:
    """The case with other levers."""
    return case.replace(levers=replace(case.levers, **changes))


@FEW
@given(SEEDS, st.floats(0.0, 1.0))
def test_a_looser_target_never_costs_more(seed: int, part: float) -> None:
    """Ask for less, for a lower probability, or a lower price of a miss: the plan is no dearer."""
    case = tiny_case(seed)

    def looser(target: Target) -> Target:
        values = {
            year: value * part if target.sense is Sense.AT_LEAST else value / max(part, 0.1)
            for year, value in target.values.items()
        }
        price = None if target.price_pence is None else 1 + int(target.price_pence * part)
        probability = None if target.probability is None else target.probability * part
        return replace(target, values=values, price_pence=price, probability=probability)

    never_costs_more(case.replace(targets=tuple(looser(target) for target in case.targets)), case)


@FEW
@given(
    SEEDS,
    st.sampled_from([Measure.CAPITAL_BUDGET, Measure.REVENUE_BUDGET]),
    st.sampled_from([0.0, 20_000.0, 250_000.0, 600_000.0]),
    st.floats(0, 300_000),
    st.sampled_from([Firmness.EXPECTED, Firmness.PRICED]),
)
def test_a_bigger_budget_never_costs_more(
    seed: int, measure: Measure, budget: float, more: float, firmness: Firmness
) -> None:
    """Of capital and of revenue, firm or priced; with no money at all there is a plan or a clash."""
    case = tiny_case(seed)
    price = 130 if firmness is Firmness.PRICED else None
    purse = Target(
        id="purse", measure=measure, sense=Sense.AT_MOST, values={0: budget}, firmness=firmness, price_pence=price
    )
    bigger = replace(purse, values={0: budget + more})
    never_costs_more(case.replace(targets=(*case.targets, bigger)), case.replace(targets=(*case.targets, purse)))


def cheaper(levers: Levers, part: float) -> Levers:
    """Every price of a lever times a part."""

    def of(pence: int) -> int:
        return int(pence * part)

    return replace(
        levers,
        new_homes=tuple(
            replace(
                home,
                capital_pence=of(home.capital_pence),
                running_pence_per_week=of(home.running_pence_per_week),
                use_pence_per_week=of(home.use_pence_per_week),
            )
            for home in levers.new_homes
        ),
        home_changes=tuple(
            replace(
                change,
                capital_pence=of(change.capital_pence),
                running_pence_per_week=of(change.running_pence_per_week),
            )
            for change in levers.home_changes
        ),
        funnels=tuple(replace(funnel, assessment_pence=of(funnel.assessment_pence)) for funnel in levers.funnels),
        profiles=tuple(
            replace(
                profile,
                household_pence_per_week=of(profile.household_pence_per_week),
                fee_pence_per_week=tuple(of(fee) for fee in profile.fee_pence_per_week),
            )
            for profile in levers.profiles
        ),
        conversions=tuple(
            replace(one, place_pence_per_week=of(one.place_pence_per_week)) for one in levers.conversions
        ),
        blocks=tuple(
            replace(
                block,
                first_pence_per_week=of(block.first_pence_per_week),
                second_pence_per_week=of(block.second_pence_per_week),
            )
            for block in levers.blocks
        ),
    )


@FEW
@given(SEEDS, st.floats(0, 1))
def test_cheaper_levers_never_cost_more(seed: int, part: float) -> None:
    """Capital, running, use, assessments, support, contracts: a lower price makes no plan dearer."""
    case = tiny_case(seed)
    never_costs_more(case.replace(levers=cheaper(case.levers, part)), case)


@FEW
@given(SEEDS, st.integers(1, 3), st.integers(0, 600_000), st.integers(0, 4))
def test_a_longer_list_of_sites_never_costs_more(seed: int, places: int, pence: int, lead: int) -> None:
    """One more site, whatever would stand there, makes no plan dearer."""
    case = tiny_case(seed)
    more = replace(
        case.levers.new_homes[0],
        id="another",
        site="another site",
        num_places=places,
        location=east_of_home(900),
        running_pence_per_week=pence,
        lead_quarters=lead,
        latest=None,
    )
    never_costs_more(with_levers(case, new_homes=(*case.levers.new_homes, more)), case)


@FEW
@given(SEEDS, st.sampled_from(["own carer", "agency carer", "own home"]))
def test_one_more_place_of_todays_supply_never_costs_more(seed: int, setting_id: str) -> None:
    """A place more with a carer or in a home; a share of the local beds in use alone is made harder by one."""
    case = tiny_case(seed)
    setting = case.instance.setting.get(setting_id)
    if setting is None or setting.offer.terms.num_places >= 3:
        return
    places = setting.offer.terms.num_places + 1
    terms = replace(setting.offer.terms, num_places=places)
    grown = replace(setting, offer=replace(setting.offer, terms=terms, place_counts=(filled(places),)))
    others = tuple(grown if one.id == setting_id else one for one in case.instance.settings)
    targets = tuple(target for target in case.targets if target.measure is not Measure.LOCAL_BED_SHARE)
    case = case.replace(targets=targets)
    never_costs_more(case.replace(instance=case.instance.replace(settings=others)), case)


NAMES = {
    "A": "Q7",
    "B": "C3",
    "own": "z own",
    "good": "a good one",
    "outstanding": "the best",
    "own carer": "x9",
    "agency carer": "carer",
    "own home": "a home",
    "site 0": "zz",
    "site 1": "block?",
    "site 0, large": "00",
    "profile": "who",
    "funnel": "how",
    "support": "a help",
    "block": "z beds",
    "agency": "~ agency",
    "far home": "0 far",
    "change": "other",
    "stay": "put",
    "target 0": "third",
    "target 1": "first",
    "target 2": "second",
    "future 0": "c",
    "future 1": "a",
    "future 2": "b",
}


def renamed(thing: Any) -> Any:
    """Everything that is built of dataclasses and tuples, with other names wherever one stands."""
    if type(thing) is str:
        return NAMES.get(thing, thing)
    if isinstance(thing, tuple | frozenset):
        return type(thing)(renamed(part) for part in thing)
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        fields = [field.name for field in dataclasses.fields(thing) if field.init and field.name != "policy"]
        new = {name: renamed(getattr(thing, name)) for name in fields}
        changes = {name: part for name, part in new.items() if part is not getattr(thing, name)}
        return replace(thing, **changes) if changes else thing
    return thing


def test_renaming_renames() -> None:
    """No old name is left where one stood, and nothing else changes."""
    case = renamed(tiny_case(1))
    assert {cohort.authority_id for cohort in case.demand.cohorts} <= {"Q7", "C3"}
    assert case.instance.setting["x9"].offer.provider_id == "z own"
    assert case.levers.profiles[0].funnel_id == "how"


@FEW
@given(SEEDS)
def test_names_do_not_matter(seed: int) -> None:
    """Other ids of authorities, providers, settings, levers, targets and scenarios: the same cost."""
    case = tiny_case(seed)
    costs_the_same(case, renamed(case))


@FEW
@given(SEEDS, st.randoms(use_true_random=False))
def test_order_does_not_matter(seed: int, random: Any) -> None:
    """Scenarios, cohorts, settings, levers and targets in another order: the same cost."""
    case = tiny_case(seed)
    demand, levers = case.demand, case.levers

    def shuffled(things: Any) -> tuple[Any, ...]:
        return tuple(random.sample(things, len(things)))

    scenarios = np.array(random.sample(range(demand.num_scenarios), demand.num_scenarios))
    cohorts = random.sample(range(len(demand.cohorts)), len(demand.cohorts))
    other = replace(
        demand.where(scenarios),
        children=demand.children[scenarios][:, :, cohorts],
        probability=demand.probability[scenarios],
        cohorts=tuple(demand.cohorts[i] for i in cohorts),
    )
    tables = {name: shuffled(getattr(levers, name)) for name in ("new_homes", "market", "conversions", "blocks")}
    changed = case.replace(
        demand=other,
        levers=replace(levers, **tables),
        targets=shuffled(case.targets),
        instance=case.instance.replace(settings=shuffled(case.instance.settings)),
    )
    costs_the_same(case, changed)


@FEW
@given(SEEDS)
def test_doubling_every_scenario_changes_nothing(seed: int) -> None:
    """Each future twice with half its probability: the same cost; with a likely target, which may then be given up in
    one of the two, no more."""
    case = tiny_case(seed)
    demand = case.demand
    twice = replace(
        demand,
        children=np.concatenate([demand.children, demand.children]),
        probability=np.concatenate([demand.probability, demand.probability]) / 2,
        names=(*demand.names, *(f"{name} again" for name in demand.names)),
    )
    never_costs_more(case.replace(demand=twice), case)
    if all(target.firmness is not Firmness.LIKELY for target in case.targets):
        never_costs_more(case, case.replace(demand=twice))


@pytest.mark.parametrize("seed", [2, 12])
def test_paying_more_is_noticed(seed: int) -> None:
    """Without any lever these cases cost more than a pound more: what the laws look for can happen."""
    case = tiny_case(seed)
    none = with_levers(case, new_homes=(), profiles=(), conversions=(), blocks=(), home_changes=())
    assert worth(none).bound > worth(case).value + POUND
