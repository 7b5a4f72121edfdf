#!/usr/bin/env python3
"""Recalculates an exported workbook with LibreOffice and compares it with the report for machines.

Usage: check_xlsx.py FILE JSON

The stored results are removed first, so that every total is computed by LibreOffice alone. The
totals of BOQ and Summary must equal `boq_total_eur` to the cent, the stored results must equal
the computed ones, and no cell outside the computed columns may hold a formula.
"""

import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from openpyxl import load_workbook

HALF_A_CENT = 0.005
SHEETS = [
    "Cover",
    "Summary",
    "BOQ",
    "Cables",
    "Pulling",
    "Drums",
    "Pipes",
    "Water ends",
    "Data",
    "Loads",
    "Boards",
    "Transformers",
    "Pumps",
    "Containers",
    "Trenches",
    "Phases",
    "Deliveries",
    "Findings",
    "Energy year",
    "Assumptions",
    "Formulas",
]
# The sheets a plan with a fabric has beside.
FABRIC = ["Fabric take-off", "Fabric figures", "Switch list", "Port schedule"]
# Columns that may hold formulas; on the summary everything right of the group may, and on every
# schedule the row of totals below it.
COMPUTED = {"Cover": {2}, "BOQ": {8}}
STORED_RESULT = re.compile(rb"(</f>)<v>[^<]*</v>")
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
  <item oor:path="/org.openoffice.Office.Calc/Formula/Load">
    <prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
  </item>
</oor:items>
"""


class Fault(Exception):
    """Something that makes the export wrong."""


def without_results(source, target):
    """Copies a workbook without the stored results of its formulas."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename.startswith("xl/worksheets/"):
                content = STORED_RESULT.sub(rb"\1", content)
            new.writestr(entry.filename, content)


def recalculated(file, folder):
    """The workbook as LibreOffice computes it."""
    bare = folder / "bare.xlsx"
    without_results(file, bare)
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
    out = folder / "out"
    command = [
        "soffice",
        "--headless",
        "--norestore",
        f"-env:UserInstallation={profile.as_uri()}",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(out),
        str(bare),
    ]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    result = out / "bare.xlsx"
    if not result.exists():
        raise Fault(f"LibreOffice did not convert it: {run.stdout}{run.stderr}")
    return load_workbook(result, data_only=True)


def value_beside(sheet, label, column):
    """The value in a column of the last row that begins with a label."""
    for row in range(sheet.max_row, 0, -1):
        if sheet.cell(row, 1).value == label:
            return sheet.cell(row, column).value
    raise Fault(f"sheet {sheet.title} has no row {label!r}")


def column_titled(sheet, title):
    for column in range(1, sheet.max_column + 1):
        if sheet.cell(1, column).value == title:
            return column
    raise Fault(f"sheet {sheet.title} has no column {title!r}")


def equals(what, found, expected):
    if not isinstance(found, (int, float)) or abs(found - expected) >= HALF_A_CENT:
        raise Fault(f"{what} is {found!r}, expected {expected!r}")


def total_of(cell):
    """The formula of a total below a schedule."""
    letter = cell.column_letter
    return f"=SUM({letter}2:{letter}{max(cell.row - 1, 2)})"


def check_formulas(formulas):
    """No text of a plan may have become a formula."""
    for sheet in formulas.worksheets:
        if sheet.merged_cells.ranges:
            raise Fault(f"sheet {sheet.title} has merged cells")
        # The last row is counted anew each time it is asked for.
        last = sheet.max_row
        has_totals = sheet.cell(last, 1).value == "Total"
        for row in sheet.iter_rows():
            for cell in row:
                allowed = cell.column in COMPUTED.get(sheet.title, set())
                allowed |= sheet.title == "Summary" and cell.column > 1
                is_total = has_totals and cell.row == last
                allowed |= is_total and cell.value == total_of(cell)
                if cell.data_type == "f" and not allowed:
                    raise Fault(f"{sheet.title}!{cell.coordinate} is a formula: {cell.value}")


def check_results(formulas, stored, computed):
    """What previews show must be what a calculation gives."""
    count = 0
    for sheet in formulas.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    continue
                count += 1
                place = f"{sheet.title}!{cell.coordinate}"
                shown = stored[sheet.title][cell.coordinate].value
                result = computed[sheet.title][cell.coordinate].value
                if isinstance(result, str) and result.startswith("#"):
                    raise Fault(f"{place} computes to {result}")
                if isinstance(shown, (int, float)):
                    equals(f"{place} as computed", result, shown)
                elif (shown or "") != (result or ""):
                    raise Fault(f"{place} shows {shown!r} and computes to {result!r}")
    return count


def check(file, report):
    formulas, stored = load_workbook(file), load_workbook(file, data_only=True)
    if formulas.sheetnames not in (SHEETS, SHEETS + FABRIC):
        raise Fault(f"the sheets are {formulas.sheetnames}, expected {SHEETS}")
    check_formulas(formulas)
    with tempfile.TemporaryDirectory() as folder:
        computed = recalculated(file, Path(folder))
    total, missing = report["boq_total_eur"], report["missing_prices"]
    bill, summary = computed["BOQ"], computed["Summary"]
    amount = column_titled(bill, "Total (EUR)")
    equals("the total of BOQ", value_beside(bill, "Total", amount), total)
    equals("rows without a price", value_beside(bill, "Rows without a price", amount), missing)
    amount = column_titled(summary, "Total (EUR)")
    equals("the total of Summary", value_beside(summary, "Total", amount), total)
    rows = len(report["boq"])
    if stored["BOQ"].cell(rows + 2 if rows else 3, 1).value != "Total":
        raise Fault(f"the total of BOQ does not stand below {rows} rows")
    return check_results(formulas, stored, computed)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    file = Path(sys.argv[1]).resolve()
    try:
        report = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
        count = check(file, report)
    except (Fault, OSError, KeyError, ValueError, zipfile.BadZipFile) as fault:
        sys.exit(f"{file}: {type(fault).__name__}: {fault}")
    print(f"{file}: {count} formulas agree with LibreOffice, total {report['boq_total_eur']} EUR")


if __name__ == "__main__":
    main()
