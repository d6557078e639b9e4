"""What is taken where the tables of an instance are silent is counted and said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightplace.instances import schema
from rightplace.instances.defaults import defaults_taken
from rightplace.instances.tables import read_instance

if TYPE_CHECKING:
    from pathlib import Path


def test_every_default_that_is_taken_is_counted(tmp_path: Path) -> None:
    """A carer with fees for three levels and no need level takes level 1 without support, and is told so."""
    (tmp_path / "about.csv").write_text("field,value\ndate,2024-01-15\n", encoding="utf-8")
    (tmp_path / "providers.csv").write_text("id,name,sector\nP1,Agency,private\n", encoding="utf-8")
    (tmp_path / "carers.csv").write_text(
        "id,provider_id,location,num_places,need_level,support_limit,connected,fee_level_1,fee_level_2,fee_level_3\n"
        "A1,P1,NW9 5,2,,,,600,700,800\n"
        "A2,P1,NW9 5,2,,low,,600,,\n"
        "A3,P1,NW9 5,2,2,,,,,\n"
        "A4,P1,NW9 5,2,,low,yes,600,700,800\n",
        encoding="utf-8",
    )
    (tmp_path / "homes.csv").write_text(
        "id,provider_id,location,num_places,need_level,fee_level_1\nH1,P1,NW9 5,2,3,4000\n", encoding="utf-8"
    )
    (tmp_path / "children.csv").write_text(
        "id,age_months,sex,home,authority_id,need_level\nC1,87,F,HA8 0,Barnet,\nC2,87,F,HA8 0,Barnet,2\n",
        encoding="utf-8",
    )
    assert [str(found) for found in defaults_taken(read_instance(tmp_path))] == [
        "1 of 2 children name no need_level: level 1 is taken",
        "3 of 4 carers name no need_level: level 1 or level 3 is taken",
        "1 of 4 carers name no need_level, but fees for levels above it: level 1 is taken, whatever the fees say",
        "1 of 4 carers name no need_level and no support_limit: no child above level 1 is placed there",
        "1 of 4 carers name no fee and no contract: £901.00 a week is taken",
    ]


def test_the_template_says_what_an_empty_cell_means() -> None:
    """The notes on need levels, fees and support name what is taken in their place."""
    for table in (schema.CARERS, schema.HOMES, schema.SUPPORTED):
        notes = {column.name: column.note for column in table.columns}
        assert "Empty: the policy's default_need_level, whatever the fees say" in notes["need_level"]
        assert "default_fee is taken" in notes["fee_level_1"]
    assert "Empty: none." in next(column.note for column in schema.CARERS.columns if column.name == "support_limit")
    (note,) = (column.note for column in schema.CHILDREN.columns if column.name == "need_level")
    assert "default_need_level" in note
