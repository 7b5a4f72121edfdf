#!/usr/bin/env python3
"""Solves an INP export with EPANET 2.2 and compares heads and flows with our own.

Usage: check_epanet.py PLAN.inp OURS.json PLAN.json

OURS.json is what the `hydraulics` example makes of PLAN.inp: the same friction law, so that every
head and flow must agree to 0.1 %. PLAN.json is the report, whose pressures follow from Colebrook
and White instead: those of each module must agree to 1 % of the pump head.
"""

import json
import os
import sys
import tempfile

from wntr.epanet.io import BinFile
from wntr.epanet.toolkit import ENepanet

EQUAL = 1e-3
SIMILAR = 1e-2


def solve(path):
    with tempfile.TemporaryDirectory() as folder:
        report, results = os.path.join(folder, "x.rpt"), os.path.join(folder, "x.bin")
        epanet = ENepanet(version=2.2)
        epanet.ENopen(path, report, results)
        epanet.ENsolveH()
        epanet.ENsaveH()
        epanet.ENclose()
        return BinFile().read(results)


def differ(ours, theirs, floor):
    return abs(ours - theirs) > EQUAL * max(abs(theirs), floor)


def network_faults(theirs, ours):
    heads, flows = theirs.node["head"].loc[0], theirs.link["flowrate"].loc[0]
    if len(ours["nodes"]) != len(heads) or len(ours["links"]) != len(flows):
        yield "another number of nodes or links"
    for row in ours["nodes"]:
        wanted = heads[row["node"]]
        if differ(row["head_m"], wanted, 1.0):
            yield f"head of {row['node']} is {row['head_m']:.4f} m, EPANET finds {wanted:.4f} m"
    largest = abs(flows).max()
    for row in ours["links"]:
        wanted = flows[row["link"]]
        if differ(row["flow_m3s"], wanted, EQUAL * largest):
            yield f"flow of {row['link']} is {row['flow_m3s']:.6f}, EPANET finds {wanted:.6f} m3/s"


def valves(path):
    """From and to of each module's valve, by connection."""
    with open(path, encoding="utf-8") as file:
        rows = file.read().split("[VALVES]\n")[1].split("\n[")[0].splitlines()
    for row in rows:
        if row and not row.startswith(";"):
            figures, connection = row.split(" ;")
            yield connection, figures.split()[1:3]


def study_faults(theirs, report, ends):
    heads = theirs.node["head"].loc[0]
    for number, network in enumerate(report["water"]["networks"], 1):
        if network["fault"] is not None:
            yield network["fault"]
            continue
        duty = network["duty"]
        kpa = duty["suction_kpa"] / heads[f"PUMP-{number}-IN"]
        for module in network["modules"]:
            for pressure, node in zip(("supply_kpa", "return_kpa"), ends[module["connection"]]):
                wanted = kpa * heads[node]
                if abs(module[pressure] - wanted) > SIMILAR * duty["head_kpa"]:
                    yield (
                        f"{module['connection']}: {pressure} is {module[pressure]:.2f}, "
                        f"EPANET finds {wanted:.2f}"
                    )


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    path, ours, report = sys.argv[1:]
    theirs = solve(path)
    with open(ours, encoding="utf-8") as file:
        ours = json.load(file)
    with open(report, encoding="utf-8") as file:
        report = json.load(file)
    ends = dict(valves(path))
    faults = list(network_faults(theirs, ours)) + list(study_faults(theirs, report, ends))
    if faults:
        sys.exit("\n".join(f"{path}: {fault}" for fault in faults[:20]))
    print(f"{path}: {len(ours['nodes'])} heads and {len(ours['links'])} flows as EPANET finds them")


if __name__ == "__main__":
    main()
