"""What a council fills in for a plan: a workbook of levers with guide, drop-downs and examples, and a file of targets.

Every example is off, so that nothing of it enters a plan before somebody has looked at it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rightplace.files import written_at_once
from rightplace.instances.default_levers import default_levers
from rightplace.instances.instance import table_of
from rightplace.instances.levers import (
    Deregistrations,
    HomeChange,
    HomeChangeKind,
    Levers,
    Retention,
    StayingPut,
)
from rightplace.instances.planning_checks import tables_of
from rightplace.instances.planning_schema import ASSUMPTION_KINDS, ASSUMPTIONS, FUNNELS, LEVER_TABLES, assumption_rows
from rightplace.instances.quarters import Quarter, year_names
from rightplace.instances.table_reader import rows_of
from rightplace.instances.targets import Measure
from rightplace.instances.template import TYPING, Lines, Lists, add_guide, add_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rightplace.instances.instance import Instance

TARGETS_FILE = "targets.toml"
_NUM_YEARS = 5
_NOT_HERE = {"Dates", "Risks", "Places", "Ages"}
_TYPING = (
    ("Switches", "The example in each sheet is off (enabled: no). Change it to what you could do, and switch it on."),
    ("Ages", "Years, such as 11; an oldest age lasts until the next birthday; 18m means months."),
    ("Quarters", "2025Q2 is April to June 2025."),
    ("By year", "280; 290; 260: the first, second and third year of the plan, and 260 in all that follow."),
    ("Shares", "0.12 or 12%."),
)


def write_planning_template(path: Path, instance: Instance) -> Path:
    """Write the workbook of levers, and ``targets.toml`` beside it; returns where the targets are.

    Parameters
    ----------
    path
        An .xlsx.
    instance
        Whose providers, homes and authorities the drop-downs offer and the examples name.
    """
    from openpyxl import Workbook

    first = Quarter.after(instance.date)
    workbook = Workbook()
    add_guide(workbook, f"Levers of a plan for {instance.name}", _parts(path.name))
    homes = tuple(setting.id for setting in instance.settings if table_of(setting) != "carers")
    lists = Lists(
        workbook,
        {"funnel_id": FUNNELS.name},
        tuple(sorted(authority.name for authority in instance.authorities)),
        {
            "provider_id": tuple(provider.id for provider in instance.providers),
            "setting_id": homes,
            "name": tuple(ASSUMPTION_KINDS),
        },
    )
    examples = example_levers(instance, first)
    rows = tables_of(examples)
    for table in LEVER_TABLES:
        add_table(workbook, table, lists, rows_of(table, rows[table.name]))
    add_table(workbook, ASSUMPTIONS, lists, rows_of(ASSUMPTIONS, assumption_rows(examples.assumptions)))
    lists.write()
    with written_at_once(path) as target:
        workbook.save(target)
    targets = path.with_name(TARGETS_FILE)
    with written_at_once(targets) as target:
        target.write_text(example_targets(first), encoding="utf-8")
    return targets


def _parts(name: str) -> Iterator[tuple[str, Lines]]:
    """What each sheet is for, how cells may be typed, the command to run, and every column."""
    yield "Fill what you have", tuple((table.name, table.note) for table in (*LEVER_TABLES, ASSUMPTIONS))
    yield "How to type", (*_TYPING, *(line for line in TYPING if line[0] not in _NOT_HERE))
    yield (
        "Then run",
        (
            ("", f"rightplace plan INSTANCE --levers {name} --targets {TARGETS_FILE}"),
            ("", "Whatever cannot be read is listed at once, each with its sheet, row and column."),
        ),
    )
    for table in (*LEVER_TABLES, ASSUMPTIONS):
        lines = []
        for column in table.columns:
            need = "Must be filled. " if column.required else ""
            lines.append((column.name, f"{need}{column.note} Expected {column.kind.expected}.".strip()))
        yield f"Columns of {table.name}", tuple(lines)


def example_levers(instance: Instance, first: Quarter) -> Levers:
    """One row a table, as far as the instance gives cause for one; all of them off."""
    default = default_levers(instance, first)
    tables: dict[str, tuple[Any, ...]] = {name: rows[:1] for name, rows in tables_of(default).items()}
    funnels = tables["funnels"]
    homes = [setting for setting in instance.settings if table_of(setting) == "homes"]
    if homes:
        tables["home_changes"] = (
            HomeChange(
                id="enlarge_home",
                setting_id=homes[0].id,
                kind=HomeChangeKind.ENLARGE,
                num_places=homes[0].offer.terms.num_places + 1,
                capital_pence=15_000_000,
            ),
        )
    if funnels:
        funnel = funnels[0]
        rate = round(funnel.deregistration_rate_per_year * 5 / 6, 4)
        tables["retention"] = (
            Retention(
                id="carers_offer",
                funnel_id=funnel.id,
                deregistration_rate_per_year=rate,
                household_pence_per_year=50_000,
            ),
        )
        tables["staying_put"] = (
            StayingPut(id="staying_put", authority_id=funnel.authority_id, young_people_per_year=(4.0, 5.0)),
        )
        tables["deregistrations"] = (
            Deregistrations(id="stated", funnel_id=funnel.id, households_per_year=(10.0, 11.0, 12.0)),
        )
    off: dict[str, Any] = {name: tuple(_off(row) for row in rows) for name, rows in tables.items()}
    return Levers(**off)


def _off(row: Any) -> Any:
    """A row switched off; stated de-registrations have no switch, and say nothing without their funnel."""
    return replace(row, enabled=False) if hasattr(row, "enabled") else row


def example_targets(first: Quarter) -> str:
    """The text of a file of targets with every possibility explained and none used."""
    years = year_names(first, _NUM_YEARS)
    names = ", ".join(years)
    measures = "\n".join(f"#   {measure.value}" for measure in Measure)
    return f"""# Targets of a plan. Its years are called {names} and so on; the first begins with {first}.
# Lines that begin with # are not read. Remove the # where nothing stands between it and the text to use an example.
#
# measure is one of
{measures}
# Shares are from 0 to 1; budgets are pounds a year; the others are numbers, on average over the year.
#
# at_least or at_most (one of them): a number for every year, a list by year, or values for some of the years.
# meant: "hard" (always, on average over the scenarios), "priced" (or pay price, in pounds, for each unit missed in a
# year: a child for shares and numbers of children, a pound for budgets) or "likely" (in at least the share
# probability of the scenarios).
# authority: whose children; left out, those of all authorities of the plan together.
# id: what the target is called; left out, as its measure.

#[[target]]
#measure = "in_area_share"
#at_least = {{ "{years[1]}" = 0.42, "{years[3]}" = 0.50 }}
#meant = "priced"
#price = 5000

#[[target]]
#measure = "family_share"
#at_least = 0.70
#meant = "likely"
#probability = 0.9

#[[target]]
#id = "building"
#measure = "capital_budget"
#at_most = [1000000, 500000]
#meant = "hard"

# How much the worst futures weigh: weight on the mean cost of the worst 1 - level of the scenarios, the rest on the
# mean of all. 0: cost is taken on average.
[risk]
weight = 0.0
level = 0.9
"""
