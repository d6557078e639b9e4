"""The instance that a plan starts from: an instance of a library or council, as its planning inputs count supply.

A strategy may count places otherwise than the record of settings does. Then its planning folder holds, in a folder
``instance``, tables of settings of its own: each stands in place of the instance's table of that name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightplace.errors import Fault, InstanceError
from rightplace.files import read_sheets
from rightplace.instances.instance import table_of
from rightplace.instances.schema import SETTING_TABLES
from rightplace.instances.tables import read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from rightplace.instances.instance import Instance

SETTINGS_FOLDER = "instance"
"""The folder of a planning folder that holds tables of settings."""


def planning_instance(instance: Instance, planning: Path) -> Instance:
    """The instance with the tables of settings that a planning folder brings in place of its own.

    Parameters
    ----------
    planning
        The planning folder. Without a folder ``instance`` in it, the instance is given back as it is.

    Raises
    ------
    InstanceError
        Listing every fault of the tables; that of a table which is not one of settings; or what children, providers
        or contracts of the instance say against them.
    """
    folder = planning / SETTINGS_FOLDER
    if not folder.is_dir():
        return instance
    tables = {table.name: table for table in SETTING_TABLES}
    sheets = read_sheets(folder)
    expected = f"a table of settings: {', '.join(tables)}"
    faults = [Fault(sheet.source, None, None, None, expected) for name, sheet in sheets.items() if name not in tables]
    settings = [setting for setting in instance.settings if table_of(setting) not in sheets]
    for name, sheet in sheets.items():
        if name not in tables:
            continue
        try:
            settings += read_settings(sheet, tables[name])
        except InstanceError as error:
            faults += error.faults
    if faults:
        raise InstanceError(faults)
    return instance.replace(settings=tuple(settings))
