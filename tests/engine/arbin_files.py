"""Small schedules of our own, with the structure of saved ones."""

EQUATIONS = range(3)


def limit(goto, *equations, ends=1, logs=1):
    values = {"m_bStepLimit": ends, "m_bLogDataLimit": logs, "m_szGotoStep": goto}
    for index in EQUATIONS:
        left, sign, right = equations[index] if index < len(equations) else ("", "", "")
        values |= {
            f"Equation{index}_szLeft": left,
            f"Equation{index}_szCompareSign": sign,
            f"Equation{index}_szRight": right,
        }
    return values


def step(label, kind, *limits, value="", first="", second=""):
    values = {
        "m_uLimitNum": len(limits),
        "m_szLabel": label,
        "m_szStepCtrlType": kind,
        "m_szCtrlValue": value,
        "m_szExtCtrlValue1": first,
        "m_szExtCtrlValue2": second,
    }
    return values, limits


def schedule(*steps, version="7.00.13", extra=None, formulas=(), **top):
    sections = [("Version Section", {"Current_Version": f"Schedule Version {version}"})]
    sections.append(("Schedule", {"m_uStepNum": len(steps), "m_szComments": "ours"} | top))
    for index, (values, limits) in enumerate(steps):
        sections.append((f"Schedule_Step{index}", values))
        for place, values in enumerate(limits):
            sections.append((f"Schedule_Step{index}_Limit{place}", values))
    for index, (label, formula) in enumerate(formulas):
        sections.append(
            (f"Schedule_Formula{index}", {"m_szLabel": label, "m_szExpression": formula})
        )
    sections += list((extra or {}).items())
    return text(sections)


def text(sections):
    rows = []
    for name, values in sections:
        rows += [f"[{name}]", *(f"{key}={value}" for key, value in values.items())]
    return ("\n".join(rows) + "\n").encode("latin-1")


def sections_of(content):
    """Read INI text without our own reader."""
    found, current = {}, {}
    for row in content.decode("latin-1").splitlines():
        if row.startswith("["):
            current = found.setdefault(row.strip("[]"), {})
        elif row:
            key, _, value = row.partition("=")
            current[key] = value
    return found


TIME, VOLTS, AMPS = "PV_CHAN_Step_Time", "PV_CHAN_Voltage", "PV_CHAN_Current"
AT_ONCE = limit("Next Step", (TIME, ">", "0"), logs=0)
