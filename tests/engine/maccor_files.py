"""Builds small Maccor procedures with the structure of the public ones."""

from __future__ import annotations

from collections.abc import Iterable

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<?maccor-application progid="Maccor Procedure File"?>
<MaccorTestProcedure>
  <header>
    <ProcDesc>
      <desc>{title}</desc>
    </ProcDesc>
  </header>
  <ProcSteps>
"""
TAIL = "  </ProcSteps>\n</MaccorTestProcedure>\n"


def end(kind: str, operator: str, text: str, step: int, *, channel: bool = False) -> str:
    mark = "<ChanSafetyEnd>True</ChanSafetyEnd>" if channel else ""
    sign = operator.replace("<", "&lt;").replace(">", "&gt;")
    return (
        f"<EndEntry><EndType>{kind:8}</EndType><SpecialType> </SpecialType><Oper>{sign} </Oper>"
        f"<Step>{step:03}</Step><Value>{text}</Value>{mark}</EndEntry>\n"
    )


def report(kind: str, text: str) -> str:
    return f"<ReportEntry><ReportType>{kind:8}</ReportType><Value>{text}</Value></ReportEntry>\n"


def step(
    kind: str,
    mode: str = "",
    value: str = "",
    *,
    limits: str = "",
    ends: Iterable[str] = (),
    reports: Iterable[str] = (),
    option2: str = "N",
    note: str = "",
) -> str:
    return (
        f"<TestStep>\n<StepType>{kind.center(8)}</StepType><StepMode>{mode:8}</StepMode>"
        f"<StepValue>{value}</StepValue>\n<Limits>{limits}</Limits>\n<Ends>{''.join(ends)}</Ends>\n"
        f"<Reports>{''.join(reports)}</Reports>\n<Range>A</Range><Option1>N</Option1>"
        f"<Option2>{option2}</Option2><Option3>N</Option3><StepNote>{note}</StepNote>\n"
        "</TestStep>\n"
    )


def procedure(*steps: str, title: str = "") -> bytes:
    return (HEAD.format(title=title) + "".join(steps) + TAIL).encode()


def rest(next_step: int, time: str = "00:01:00", *more: str) -> str:
    return step("Rest", ends=[end("StepTime", "=", time, next_step), *more], reports=[MINUTE])


MINUTE = report("StepTime", "00:01:00")
END = step("End")
