#!/usr/bin/env python3
"""Solves an exported electrical network with pandapower and compares it with the report.

Usage: check_pandapower.py NETWORK.json REPORT.json
"""

import argparse
import json
import logging
import sys
import warnings

import pandapower
import pandapower.shortcircuit

# Agreement asked for: voltages in p.u., currents and losses as a share.
VOLTAGE = 1e-6
SHARE = 1e-6


def flow_faults(net, power):
    pandapower.runpp(net, tolerance_mva=1e-9)
    voltages = dict(zip(net.bus.name, net.res_bus.vm_pu))
    if len(voltages) != len(power["buses"]):
        yield f"{len(voltages)} buses in the network, {len(power['buses'])} in the report"
    for bus in power["buses"]:
        theirs, ours = voltages.get(bus["id"]), bus["voltage_pu"]
        is_dark = theirs is None or theirs != theirs
        if is_dark != (ours is None) or not is_dark and abs(theirs - ours) > VOLTAGE:
            yield f"voltage of {bus['id']}: {ours}, pandapower {theirs}"
    theirs = 1000 * (net.res_line.pl_mw.sum() + net.res_trafo.pl_mw.sum())
    ours = sum(part["loss_kw"] for part in power["cables"] + power["transformers"])
    if abs(theirs - ours) > SHARE * max(theirs, 1.0):
        yield f"losses: {ours} kW, pandapower {theirs} kW"
    loadings = dict(zip(net.trafo.name, net.res_trafo.loading_percent))
    for unit in power["transformers"]:
        theirs = loadings[unit["container"]]
        if abs(theirs - unit["loading_percent"]) > 100 * SHARE:
            yield f"loading of {unit['container']}: {unit['loading_percent']} %, {theirs} %"


def short_circuit_faults(net, power):
    # Behind an inverter the bypass carries the fault; cables begin cold.
    net.ext_grid.loc[net.ext_grid.s_sc_max_mva.isna(), "in_service"] = False
    net.switch["closed"] = True
    net.line["r_ohm_per_km"] = net.line["r20_ohm_per_km"]
    for case, key in (("max", "fault_max_ka"), ("min", "fault_min_ka")):
        pandapower.shortcircuit.calc_sc(net, case=case, ip=True, branch_results=False)
        rows = {
            name: (initial, peak)
            for name, initial, peak in zip(
                net.bus.name, net.res_bus_sc.ikss_ka, net.res_bus_sc.ip_ka
            )
        }
        for bus in power["buses"]:
            initial, peak = rows[bus["id"]]
            pairs = [("current", bus[key], initial)]
            if case == "max":
                pairs.append(("peak", bus["fault_peak_ka"], peak))
            for what, ours, theirs in pairs:
                if ours is None:
                    if theirs == theirs:
                        yield f"{case} {what} at {bus['id']}: none, pandapower {theirs} kA"
                elif not abs(ours - theirs) <= SHARE * ours:
                    yield f"{case} {what} at {bus['id']}: {ours} kA, pandapower {theirs} kA"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("report")
    arguments = parser.parse_args()

    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    net = pandapower.from_json(arguments.network)
    with open(arguments.report, encoding="utf-8") as file:
        power = json.load(file)["power"]
    if power["problem"]:
        sys.exit(f"{arguments.report}: {power['problem']}")
    if not power["buses"]:
        sys.exit(f"{arguments.report}: the report has no electrical network")
    faults = list(flow_faults(net, power)) + list(short_circuit_faults(net, power))
    if faults:
        sys.exit("\n".join(f"{arguments.network}: {fault}" for fault in faults))
    print(f"{arguments.network}: {len(power['buses'])} buses agree with pandapower")


if __name__ == "__main__":
    main()
