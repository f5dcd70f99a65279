"""python -m backprop.practice: worksheets for a class, and a problem in the terminal."""

import argparse
import sys

from backprop.practice.making import LEVELS
from backprop.practice.sheet import ALSO, write_sheets
from backprop.practice.skills import SKILLS, problem


def _parser():
    levels = ", ".join(f"{level} {words}" for level, words in LEVELS.items())
    parser = argparse.ArgumentParser(prog="python -m backprop.practice", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    sheet = commands.add_parser(
        "sheet",
        help="write worksheets, solutions and a table of answers",
        description="Worksheets with other numbers for each student: HTML to print, LaTeX, CSV.",
    )
    sheet.add_argument(
        "--skills", required=True, help=f"with commas between: {', '.join([*SKILLS, *ALSO])}"
    )
    sheet.add_argument("--seed", type=int, required=True, help="the same seed, the same sheets")
    sheet.add_argument("--students", type=int, default=1, help="how many sheets (1)")
    sheet.add_argument("--out", default="sheets", help="the folder to write into (sheets)")
    shown = commands.add_parser("show", help="print one problem and its solution")
    shown.add_argument("skill", help=", ".join(SKILLS))
    shown.add_argument("--seed", type=int, required=True)
    for command in (sheet, shown):
        command.add_argument("--level", type=int, default=2, help=f"{levels} (2)")
    return parser


def main(arguments=None):
    """Run the command of `arguments`, else of the command line."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        if given.command == "show":
            one = problem(given.skill, given.seed, given.level)
            print(one.alt, "", *one.solution_alt, sep="\n")
            return
        skills = [skill.strip() for skill in given.skills.split(",") if skill.strip()]
        class_of = {"seed": given.seed, "students": given.students, "level": given.level}
        for path in write_sheets(given.out, skills, **class_of):
            print(path)
    except (ValueError, TypeError, OSError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    sys.exit(main())
