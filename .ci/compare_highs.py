#!/usr/bin/env python3
"""Gives the routing problem of a plan to HiGHS and compares the result with Stackyard's own.

Usage: python3 .ci/compare_highs.py BINARY PLAN [--seconds 60]

HiGHS gets the compact mixed-integer programme that `stackyard mps` writes, two threads and the
time given, counted from the start of its solve; reading the file is not counted. That programme
prices a plan no higher than it costs (see solver/src/route/compact.rs), so an incumbent above
Stackyard's cost is worse for certain, and one below it may be worse once everything is priced.
It also leaves out arcs far from a connection, so its bound is one for that choice of arcs.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import highspy

THREADS = 2
# An explicit right-hand side of this row is minus the constant of the objective.
CONSTANT = "    RHS COST "


class Fault(Exception):
    """Something that makes the comparison worthless."""


def run(command):
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise Fault(f"{' '.join(command)} ended with {result.returncode}: {result.stderr.strip()}")
    return result.stdout


def written_constant(file):
    """The constant of the objective as the file says it, EUR."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith(CONSTANT):
                return -float(line.removeprefix(CONSTANT))
    raise Fault(f"{file.name} gives its objective no constant")


def loaded(file):
    """The programme in HiGHS, with the constant of its objective checked."""
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    start = time.monotonic()
    status = highs.readModel(str(file))
    seconds = time.monotonic() - start
    # A warning means that a line was passed over; what is left is another problem.
    if status != highspy.HighsStatus.kOk:
        raise Fault(f"HiGHS reads {file.name} with {highs.getNumCol():,} columns and {status.name}")
    whole = sum(kind == highspy.HighsVarType.kInteger for kind in highs.getLp().integrality_)
    if whole != highs.getNumCol():
        raise Fault(f"only {whole} of {highs.getNumCol()} columns are whole numbers to HiGHS")
    _, offset = highs.getObjectiveOffset()
    constant = written_constant(file)
    # Ends of cables, trunks and pipes cost something in every plan.
    if constant <= 0.0 or abs(offset - constant) > 0.01:
        raise Fault(f"the objective's constant is {offset} in HiGHS and {constant} in the file")
    print(f"programme     {highs.getNumRow():,} rows, {highs.getNumCol():,} columns, "
          f"{highs.getNumNz():,} entries, read in {seconds:.1f} s")
    print(f"constant      {offset:,.0f} EUR")
    return highs


def highs_result(highs, seconds):
    """Objective of the incumbent, where there is one, and bound."""
    highs.setOptionValue("time_limit", float(seconds))
    highs.setOptionValue("threads", THREADS)
    start = time.monotonic()
    highs.run()
    took = time.monotonic() - start
    info = highs.getInfo()
    status = highs.modelStatusToString(highs.getModelStatus())
    has_plan = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    objective = info.objective_function_value if has_plan else None
    bound = info.mip_dual_bound
    print(f"HiGHS         {status} after {took:.1f} s on {THREADS} threads")
    if objective is None:
        print("  incumbent   none")
    else:
        print(f"  incumbent   {objective:,.0f} EUR")
        print(f"  gap         {100.0 * (objective - bound) / objective:.1f} %")
    print(f"  bound       {bound:,.0f} EUR")
    return objective, bound


def own_result(binary, plan):
    report = json.loads(run([binary, "solve", plan, "--json", "-"]))
    print(f"Stackyard     explore, seed {report['search']['seed']}, {report['seconds']:.2f} s, "
          f"complete {report['complete']}, verified {report['verified']}")
    print(f"  cost        {report['cost_eur']:,.0f} EUR")
    print(f"  gap         {100.0 * report['gap']:.1f} %")
    print(f"  bound       {report['bound_eur']:,.0f} EUR")
    return report


def compare(binary, plan, seconds):
    own = own_result(binary, plan)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plan.mps"
        run([binary, "mps", plan, "--out", str(file)])
        highs = loaded(file)
        objective, bound = highs_result(highs, seconds)
    if bound > own["cost_eur"] * 1.000001:
        raise Fault("HiGHS bounds its programme above the cost of our plan: it lacks arcs that plan "
                    "uses, or a price is too high")
    if objective is None:
        print(f"ratio         HiGHS has no plan within {seconds:g} s")
    else:
        print(f"ratio         HiGHS incumbent / Stackyard cost = {objective / own['cost_eur']:.3f}")
        if objective < own["bound_eur"]:
            print("note          the incumbent lies below Stackyard's bound; the programme is the "
                  "kinder one")
    better = max(bound, 0.0)
    print(f"ratio         HiGHS bound / Stackyard bound = {better / own['bound_eur']:.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", help="the stackyard program")
    parser.add_argument("plan", help="the plan")
    parser.add_argument("--seconds", type=float, default=60.0, help="time for HiGHS, default 60")
    arguments = parser.parse_args()
    try:
        compare(str(Path(arguments.binary).resolve()), arguments.plan, arguments.seconds)
    except (Fault, OSError, KeyError, ValueError) as fault:
        sys.exit(f"{arguments.plan}: {fault}")


if __name__ == "__main__":
    main()
