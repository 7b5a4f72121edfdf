#!/usr/bin/env python3
"""Reads a DXF export with ezdxf and refuses anything a strict reader would repair.

Usage: check_dxf.py FILE [--containers N]
"""

import argparse
import re
import sys

import ezdxf

METRES = 6
METRIC = 1
CONTAINERS = "C-BLDG-CONT-N"
# One layer for each thing a trade looks for; they exist in every export, drawn on or not.
LAYERS = {
    "C-PROP-LINE",
    "C-ROAD-EDGE-N",
    CONTAINERS,
    "C-TRCH-XXXX-N",
    "E-POWR-MVLT-N",
    "E-POWR-LVLT-N",
    "M-PIPE-FWSS-N",
    "M-PIPE-HTRS-N",
    "T-CABL-FIBR-PTHA-N",
    "T-CABL-FIBR-PTHB-N",
    "A-ANNO-TEXT",
    "A-ANNO-TTLB",
}
KINDS = {"LWPOLYLINE", "LINE", "CIRCLE", "TEXT", "HATCH"}
LEGAL_NAME = re.compile(r"[A-Za-z0-9_-]+")


def audit_faults(drawing):
    auditor = drawing.audit()
    entries = [("error", entry) for entry in auditor.errors]
    entries += [("repaired", entry) for entry in auditor.fixes]
    return [f"audit {kind} {entry.code}: {entry.message}" for kind, entry in entries]


def header_faults(drawing):
    wanted = {"$ACADVER": "AC1024", "$INSUNITS": METRES, "$MEASUREMENT": METRIC}
    for name, value in wanted.items():
        found = drawing.header.get(name)
        if found != value:
            yield f"{name} is {found!r}, expected {value!r}"


def layer_faults(drawing):
    # Layers `0` and `Defpoints` belong to every drawing.
    names = {layer.dxf.name for layer in drawing.layers}
    for name in sorted(LAYERS - names):
        yield f"layer {name} is missing"
    for name in sorted(names):
        if not LEGAL_NAME.fullmatch(name):
            yield f"layer name {name!r} holds more than letters, digits, hyphens and underscores"
    for entity in drawing.modelspace():
        if entity.dxf.layer not in names:
            yield f"{entity} lies on the unknown layer {entity.dxf.layer}"


def entity_faults(drawing, containers):
    space = drawing.modelspace()
    for kind in sorted({entity.dxftype() for entity in space} - KINDS):
        yield f"entities of kind {kind} are not in the agreed set"
    outlines = space.query(f'LWPOLYLINE[layer=="{CONTAINERS}"]')
    for outline in outlines:
        if not outline.closed or len(outline) != 4:
            yield f"outline {outline} is not a closed rectangle"
    if containers is not None and len(outlines) != containers:
        yield f"{len(outlines)} container outlines, expected {containers}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--containers", type=int, help="container outlines expected")
    arguments = parser.parse_args()

    try:
        drawing = ezdxf.readfile(arguments.file)
    except (OSError, ezdxf.DXFError) as error:
        sys.exit(f"{arguments.file}: cannot be read: {error}")

    # The audit comes last, because it repairs the drawing in place.
    faults = list(header_faults(drawing))
    faults += layer_faults(drawing)
    faults += entity_faults(drawing, arguments.containers)
    faults += audit_faults(drawing)
    if faults:
        sys.exit("\n".join(f"{arguments.file}: {fault}" for fault in faults))
    print(f"{arguments.file}: {len(drawing.modelspace())} entities, no fault")


if __name__ == "__main__":
    main()
