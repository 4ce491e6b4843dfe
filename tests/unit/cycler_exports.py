"""Small exports of cyclers: 600 s of discharge at 1 A, rest, and charge, a row every 10 s."""

import re
import zipfile
from datetime import datetime, timedelta

START = datetime(2026, 3, 1, 12)
ROWS_OF_A_STEP, SECONDS = 60, 10.0
CURRENTS = (1.0, 0.0, -1.0)


def rows():
    """Yield number, time in s, step, current in A (positive on discharge) and voltage in V."""
    charge = 0.0
    for number in range(3 * ROWS_OF_A_STEP):
        step = number // ROWS_OF_A_STEP
        current = CURRENTS[step]
        yield number, SECONDS * number, step, current, 3.9 - 0.2 * charge - 0.05 * current
        charge += 3 * current * SECONDS / 3600


def _table(head, line):
    return "\n".join([*head, *(line(*row) for row in rows())]) + "\n"


def _at(seconds, form="%Y-%m-%d %H:%M:%S"):
    return (START + timedelta(seconds=seconds)).strftime(form)


def bdf():
    head = ["test_time_second,voltage_volt,current_ampere,cycle_count,step_count"]
    return _table(head, lambda _, t, step, i, v: f"{t},{v:.6f},{-i},0,{step}")


def csv():
    return _table(["Time [s],Current [A],Voltage [V]"], lambda _, t, __, i, v: f"{t},{-i},{v:.6f}")


def maccor():
    head = [
        "Today's Date\t03/02/2026\tDate of Test:\t03/01/2026\tFilename:\tx\tProcedure:\tRPT.000",
        "Rec\tCycle C\tStep\tTest Time (sec)\tCurrent (A)\tVoltage (V)\tMD\tDPT Time",
    ]
    time = "%m/%d/%Y %H:%M:%S"
    return _table(
        head,
        lambda n, t, step, i, v: (
            f"{n + 1}\t0\t{step + 1}\t{t}\t{abs(i)}\t{v:.6f}\t{'DRC'[step]}\t{_at(t, time)}"
        ),
    )


def neware():
    head = ["DataPoint,Cycle Index,Step Index,Step Type,Current(A),Voltage(V),Date"]
    kinds = ("CC DChg", "Rest", "CC Chg")
    return _table(
        head,
        lambda n, t, step, i, v: f"{n + 1},1,{step + 1},{kinds[step]},{-i},{v:.6f},{_at(t)}",
    )


def novonix():
    head = [
        "[Summary]",
        "Novonix UHPC",
        "Started: 2026-03-01 12:00:00 PM",
        "[End Summary]",
        "[Data]",
        "Date and Time,Cycle Number,Run Time (h),Current (A),Potential (V),Temperature (°C),"
        "Step Number",
    ]
    time = "%Y-%m-%d %I:%M:%S %p"
    return _table(
        head,
        lambda _, t, step, i, v: f"{_at(t, time)},0,{t / 3600:.9f},{-i},{v:.6f},25,{step}",
    )


def repower():
    head = [
        "Cycle ID,Step ID,Record ID,Step State,Relative Time(Sec),System Time,Voltage(V),"
        "Current(A),Capacity(Ah),Energy(Wh),Charge Capacity(Ah),Discharge Capacity(Ah),"
        "Charge Energy(Wh),Discharge Energy(Wh),MTV1"
    ]
    kinds = ("CC_DChg", "Rest", "CC_Chg")

    def line(n, t, step, i, v):
        moved = (t - 600 * step) / 3600
        own = f"{moved if i < 0 else 0},{moved if i > 0 else 0}"
        energy = f"{4 * moved if i < 0 else 0},{4 * moved if i > 0 else 0}"
        return (
            f"1,{step + 1},{n + 1},{kinds[step]},{t - 600 * step}, {_at(t)},{v:.6f},{-i},"
            f"{moved},{4 * moved},{own},{energy},25"
        )

    return _table(head, line)


def biologic():
    head = [
        "EC-Lab ASCII FILE",
        "Nb header lines : 5                          ",
        "",
        "Acquisition started on : 03/01/2026 12:00:00",
        "mode\tNs\ttime/s\tEwe/V\tI/mA\tcycle number",
    ]
    return _table(head, lambda _, t, step, i, v: f"1\t{step}\t{t}\t{v:.6f}\t{-1000 * i}\t0")


def arbin():
    head = [
        "Data Point,Date Time,Test Time (s),Step Time (s),Cycle Index,Step Index,Current (A),"
        "Voltage (V),Charge Capacity (Ah),Discharge Capacity (Ah)"
    ]
    time = "%m/%d/%Y %H:%M:%S"
    return _table(
        head,
        lambda n, t, step, i, v: (
            f"{n + 1},{_at(t, time)},{t},{t - 600 * step},1,{step + 1},{-i},{v:.6f},0,0"
        ),
    )


CUTOFFS = {"Lower voltage cut-off [V]": 2.5, "Upper voltage cut-off [V]": 4.2}
EXPORTS = {
    "bdf": (bdf, "export.csv", None),
    "csv": (csv, "export.csv", None),
    "maccor": (maccor, "export.txt", None),
    "neware": (neware, "export.csv", None),
    "novonix": (novonix, "export.csv", None),
    "repower": (repower, "export.csv", {"cell_metadata": CUTOFFS}),
    "biologic mpt": (biologic, "export.mpt", None),
    "arbin": (arbin, "export.csv", None),
}

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KIND = "application/vnd.openxmlformats"


def workbook(path, table):
    """Write an Excel file of one sheet: numbers where a cell is one, texts elsewhere."""

    def cell(value):
        if re.fullmatch(r"-?[\d.]+", value):
            return f"<c><v>{value}</v></c>"
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'

    rows = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in table)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="{_KIND}-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{_KIND}-officedocument.spreadsheetml.sheet.main+xml"/><Override '
        f'PartName="/xl/sheet.xml" ContentType="{_KIND}-officedocument.spreadsheetml.worksheet+xml"'
        "/></Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="a" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets><sheet '
        'name="record" sheetId="1" r:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="a" Type="{_OFFICE}/worksheet" Target="sheet.xml"/></Relationships>',
        "xl/sheet.xml": f'<worksheet xmlns="{_SHEET}"><sheetData>{rows}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return path
