"""The command line: parse, call one function, print. Human text on stdout; with --json one object and nothing else.

Exit codes: 0 answered; 1 our own failure; 2 wrong usage; 3 input refused; 5 a limit came before any answer; for
``check`` and ``audit``, 4 when the plan is refused; for ``plan``, ``frontier`` and ``audit-targets``, 4 when targets
cannot be met or no plan keeps what is pinned; 130 when Ctrl-C, and 143 when SIGTERM, ended it before there was an
answer.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from rightplace import interruption
from rightplace.commands.auditing import audit
from rightplace.commands.bench import bench
from rightplace.commands.checking import check
from rightplace.commands.common import EXIT_FAILED, EXIT_REFUSED_INPUT, tell
from rightplace.commands.explaining import explain
from rightplace.commands.explaining_shortage import shortage
from rightplace.commands.importing import imports
from rightplace.commands.instances import convert, generate, show, template
from rightplace.commands.matching import match
from rightplace.commands.planning import plan
from rightplace.commands.planning_audit import audit_targets
from rightplace.commands.planning_compare import compare
from rightplace.commands.planning_frontier import frontier
from rightplace.commands.ranking import rank
from rightplace.errors import InstanceError, PlanError, RightplaceError

if TYPE_CHECKING:
    from collections.abc import Callable

app = typer.Typer(
    name="rightplace",
    help="The right placement, in the right place, at the right time, for children in care.\n\n"
    "INSTANCE is a folder of CSV files, an .xlsx workbook, a .json, or the name of a library instance "
    "(barnet_2023, barnet_2014, tiny). Left out, it is barnet_2023. No data leaves this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
COMMANDS: tuple[Callable[..., None], ...] = (
    match,
    rank,
    explain,
    shortage,
    check,
    audit,
    plan,
    frontier,
    compare,
    audit_targets,
    show,
    convert,
    template,
    generate,
)
for command in COMMANDS:
    app.command()(command)
app.add_typer(imports)
app.add_typer(bench)


def main() -> None:
    """Run the command line; turn refused input into its exit code."""
    interruption.listen()
    try:
        app()
    except (InstanceError, PlanError) as error:
        tell(str(error))
        sys.exit(EXIT_REFUSED_INPUT)
    except RightplaceError as error:
        tell(f"rightplace failed: {error}")
        sys.exit(EXIT_FAILED)
    except OSError as error:
        where = "" if error.filename is None else f"{error.filename}: "
        tell(f"rightplace failed: {where}{error.strerror or error}")
        sys.exit(EXIT_FAILED)


if __name__ == "__main__":
    main()
