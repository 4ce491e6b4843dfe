"""What stands around the steps of a schedule: versions, globals, safety, channels, test object."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ionworks_engine.vendors.arbin_layout import Sections, number
from ionworks_engine.vendors.arbin_words import Dialect

UNLIMITED = 1e6
"""A bound that no channel reaches: version 7 must name both sides of a range."""

_SPACE = uuid.UUID("6d1f4a52-6c0e-4d55-9d0b-0b6f9f5d7c11")
_USER_SAFETIES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Safety limits that stop the test: V, degC, and A as magnitudes."""

    lowest_voltage: float | None = None
    highest_voltage: float | None = None
    lowest_temperature: float | None = None
    highest_temperature: float | None = None
    charge_current: float | None = None
    discharge_current: float | None = None

    @property
    def voltage(self) -> bool:
        """Say whether the voltage is bounded."""
        return self.lowest_voltage is not None or self.highest_voltage is not None

    @property
    def current(self) -> bool:
        """Say whether a current is bounded."""
        return self.charge_current is not None or self.discharge_current is not None

    @property
    def temperature(self) -> bool:
        """Say whether the temperature is bounded."""
        return self.lowest_temperature is not None or self.highest_temperature is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the sections around the steps say.

    ``stages`` are the temperatures [degC] that steps ask the chamber for.
    """

    title: str
    bounds: Bounds
    test_object: str = ""
    stages: Sequence[float] = ()


def wrapped(steps: Sections, count: int, around: Around, dialect: Dialect) -> Sections:
    """Return all sections of a schedule, the given ones of its steps among them."""
    identity = repr((dialect.version, around, steps))
    signature = str(uuid.uuid5(_SPACE, identity)).upper()
    named = {
        "m_uMUID": str(zlib.crc32(identity.encode()) & 0x3FFFFFFF),
        "m_szComments": around.title,
        "m_uStepNum": str(count),
    }
    head: Sections = [
        ("Version Section", {"Current_Version": dialect.version}),
        ("Signature Section", {"Signature": _signature(signature, dialect)}),
    ]
    users = [
        (
            f"Schedule_UserDefineSafety{index}",
            {"m_szSafetyType": "", "m_fMinValue": "0", "m_fMaxValue": "0"},
        )
        for index in range(_USER_SAFETIES)
    ]
    if not dialect.has_test_object:
        return [*head, ("Schedule", _version_7(named, around.bounds)), *steps, *users]
    users = [(name, dict(sorted(values.items()))) for name, values in users]
    return [
        *head,
        ("Schedule", _version_8(named, around)),
        *steps,
        *(_stage(index, value) for index, value in enumerate(around.stages)),
        *users,
        *_differences(),
        *_safety(around.bounds),
        *_channels(around.bounds),
    ]


def object_sections(bounds: Bounds, capacity: float | None) -> Sections:
    """Return the sections of the test object that the percentages of version 8 refer to."""
    values = {
        "m_bAutoCalcNCapacity": "0",
        "m_fMass": "0",
        "m_fMaxCurrentCharge": number(_largest(bounds)),
        "m_fMaxVoltageCharge": number(bounds.highest_voltage or 0.0),
        "m_fMinVoltageCharge": number(bounds.lowest_voltage or 0.0),
        "m_fNorminalCapacitor": "0",
        "m_fNorminalCapacity": number(capacity or 0.0),
        "m_fNorminalIR": "0",
        "m_fNorminalVoltage": "0",
        "m_fSpecificCapacity": "0",
        "SER": "508182206",
        "VER": "27265537",
    }
    return [("Content", values)]


def stage_name(index: int) -> str:
    """Return what a step calls the chamber's stage of this index.

    Examples
    --------
    >>> stage_name(1)
    'TestStg_B'
    """
    return f"TestStg_{chr(ord('A') + index)}"


def _largest(bounds: Bounds) -> float:
    return max(bounds.charge_current or 0.0, bounds.discharge_current or 0.0)


def _signature(text: str, dialect: Dialect) -> str:
    return text if dialect.has_test_object else f"{{{text}}}"


def _scope(low: float | None, high: float | None) -> str:
    lowest = -UNLIMITED if low is None else low
    return f"{lowest:.6f}^{UNLIMITED if high is None else high:.6f}"


def _version_7(named: Mapping[str, str], bounds: Bounds) -> dict[str, str]:
    discharge = None if bounds.discharge_current is None else -bounds.discharge_current
    return {
        **_VERSION_7,
        **named,
        "m_bCheckCurrentSafety": str(int(bounds.current)),
        "m_CurrentSafetyScope": _scope(discharge, bounds.charge_current),
        "m_bCheckVoltageSafety": str(int(bounds.voltage)),
        "m_VoltageSafetyScope": _scope(bounds.lowest_voltage, bounds.highest_voltage),
    }


def _version_8(named: Mapping[str, str], around: Around) -> dict[str, str]:
    values = {
        **_VERSION_8,
        **named,
        "m_TestObjName": around.test_object,
        "m_uAddInNum": str(len(around.stages)),
    }
    return dict(sorted(values.items(), key=lambda item: item[0].lower()))


def _stage(index: int, temperature: float) -> tuple[str, dict[str, str]]:
    return f"Schedule_TestStg{index}", {
        "Element0_bTurnOn": "1",
        "Element0_bWaitSatisfaction": "0",
        "Element0_fD": "0",
        "Element0_fI": "0.01",
        "Element0_fOutput": number(temperature),
        "Element0_fOutput2": "0",
        "Element0_fOutput3": "0",
        "Element0_fP": "0",
        "Element0_fTolerance": "2",
        "Element0_nOutput3Type": "0",
        "Element0_strType": "Temperature",
        "Element0_uAuxIdx": "0",
        "m_bResumable": "1",
        "m_szLabel": stage_name(index),
        "m_uElementNum": "1",
    }


def _differences() -> Sections:
    values = {"m_fTimeMax": "120", "m_fTimeMin": "0.1", "m_szDX": "0.2%"}
    return [(f"SDU_DXDY_{name}", dict(values)) for name in ("DVDT", "DVDQ", "DQDV")]


def _safety(bounds: Bounds) -> Sections:
    """Return the limits in percent of the test object, which holds the bounds themselves."""
    largest = _largest(bounds)
    rows = (
        ("DV_Current", "20%", "", *_currents(bounds, largest)),
        (
            "DV_Voltage",
            "10%",
            "",
            "" if bounds.highest_voltage is None else "100%",
            "" if bounds.lowest_voltage is None else "100%",
        ),
        ("Power", "", "", "", ""),
        ("Capacity", "", "", "", ""),
        ("StepTime", "360", "1", "", ""),
    )
    return [
        (
            f"Schedule_CSchedule_IvSafetyAndSDL{index}",
            {
                "m_SDLMax": widest,
                "m_SDLMin": narrowest,
                "m_szItem": item,
                "m_szSafetyHigh": high,
                "m_szSafetyLow": low,
            },
        )
        for index, (item, widest, narrowest, high, low) in enumerate(rows)
    ]


def _currents(bounds: Bounds, largest: float) -> tuple[str, str]:
    charge, discharge = bounds.charge_current, bounds.discharge_current
    return (
        "" if charge is None else f"{number(100 * charge / largest)}%",
        "" if discharge is None else f"{number(-100 * discharge / largest)}%",
    )


def _channels(bounds: Bounds) -> Sections:
    names = ("Voltage", "Temperature", "Pressure", "pH", "FlowRate", "Concentration")
    more = ("Digital Input", "Digital Output", "External Charge", "Safety", "Humidity", "AO")
    plain = {"high": "0.000000", "low": "0.000000", "size": "0"}
    channels = {f"Aux {name}": dict(plain) for name in (*names, *more)}
    if bounds.temperature:
        low, high = bounds.lowest_temperature, bounds.highest_temperature
        channels["Aux Temperature"] = {
            "high": f"{COLDEST_AND_HOTTEST[1] if high is None else high:.6f}",
            "low": f"{COLDEST_AND_HOTTEST[0] if low is None else low:.6f}",
            "size": "1",
        }
    return [*channels.items(), ("CAN", dict(plain)), ("SMB", dict(plain))]


COLDEST_AND_HOTTEST = (-273.0, 1000.0)
"""Bounds in degC that no cell reaches, for the side that has none."""

_VERSION_7: Mapping[str, str] = MappingProxyType(
    {
        "m_uMUID": "",
        "m_szCreator": "",
        "m_szComments": "",
        "m_uMaxTimesOfUnsafe": "3",
        "m_fMinDtSeconds": "5",
        "m_bLogChanNormalData": "1",
        "m_bLogChanStatData": "1",
        "m_bLogChanAuxData": "1",
        "m_bLogSBData": "0",
        "m_bLogCANBMSData": "0",
        "m_bCheckCurrentSafety": "0",
        "m_bDefaultCurrentSafetyMode": "0",
        "m_uDefaultCurrentSafetyScopePercent": "105",
        "m_CurrentSafetyScope": "",
        "m_bCheckVoltageSafety": "0",
        "m_bDefaultVoltageSafetyMode": "0",
        "m_uDefaultVoltageSafetyScopePercent": "105",
        "m_VoltageSafetyScope": "",
        "m_bCheckPowerSafety": "0",
        "m_PowerSafetyScope": "0.000000^0.000000",
        "m_AuxSafetyEnabled": " ; ".join(f"{index}^0" for index in range(12)),
        "m_AuxVoltSafetyScope": "0.000000^0.000000",
        "m_AuxTempSafetyScope": "-100.000000^100.000000",
        "m_AuxPresSafetyScope": "0.000000^0.000000",
        "m_AuxPHSafetyScope": "0.000000^0.000000",
        "m_AuxFlowrateSafetyScope": "0.000000^0.000000",
        "m_AuxDensitySafetyScope": "0.000000^0.000000",
        "m_uStepNum": "",
        "m_uFormulaNum": "0",
        "m_uPulseNum": "0",
        "m_uCVNum": "0",
        "m_uAddInNum": "0",
        "m_iAppCategory": "0",
        "m_szOriginalInfo": "",
        "m_fSdlFactor_I": "0.1",
        "m_fSdlFactor_V": "0.1",
        "m_fSdlFactor_Capacity": "1",
        "m_fSdlFactor_Energy": "1",
        "m_fSdlFactor_Time": "60",
        "m_fMinDtCurrent": "1",
        "m_fMinDtVoltage": "1",
        "m_fSdlFactor_AuxV": "0.001",
        "m_fSdlFactor_AuxT": "1",
        "m_fSdlFactor_AuxP": "0",
        "m_fSdlFactor_AuxPhValue": "0",
        "m_fSdlFactor_AuxFlowRate": "0",
        "m_fSdlFactor_AuxConcentration": "0",
        "m_bCtrlValueNeedCheck": "0",
        "m_CtrlValueGoto": "0",
        "m_bUnreasonableNeedCheck": "0",
        "m_UnreasonableGoto": "0",
        "m_bImpedanceNeedCheck": "0",
        "m_ImpedanceGoto": "0",
        "m_bSimuExtraLogEnabled": "0",
        "m_bParallelCurrentAbnormalStop": "0",
        "m_bParallelVoltageAbnormalStop": "0",
        "m_fParallelCurrentAbnormalStressHold": "0.5",
        "m_fParallelVoltageAbnormalStressHold": "0.5",
        "m_fParallelCurrentAbnormalCheckInterval": "1",
        "m_fParallelVoltageAbnormalCheckInterval": "5",
        "m_fIrMax": "10",
        "m_AuxExternalChargeSafetyScope": "0.000000^0.000000",
        "m_fSdlFactor_AuxExternalCharge": "0.001",
        "m_bLogChanAuxDxdt": "0",
        "m_AuxSafetyChanSafetyEnabled": "0^0 ; 1^0 ; 2^0",
        "m_AuxSafetyVoltSafetyScope": "0.000000^0.000000",
        "m_AuxSafetyCurrSafetyScope": "0.000000^0.000000",
        "m_AuxSafetyTempSafetyScope": "0.000000^0.000000",
        "m_AuxHumiditySafetyScope": "0.000000^0.000000",
        "m_fSdlFactor_AuxHumidity": "10",
        "m_bNewCreate": "0",
        "m_nBurstModeDelayTime": "1",
        "m_nBurstModePointNumber": "1000",
        "m_nBurstModeSampleSpeed": "1",
    }
)

_NONE = "339999995214436420000000000000000000000.000000"
_ZEROS = (
    "m_bCheckPowerAdj m_bLogCANBMSData m_bLogChanAuxDxdt m_bLogSBData m_bSimuExtraLogEnabled"
    " m_bUseGroupTChamber m_fSdlFactor_AuxConcentration m_fSdlFactor_AuxFlowRate m_fSdlFactor_AuxP"
    " m_fSdlFactor_AuxPhValue m_iAppCategory m_nMessageBoxFlag m_nSafetyCurrentHigh"
    " m_nSafetyCurrentLow m_nSafetyTemperHigh m_nSafetyTemperLow m_nSafetyVoltageHigh"
    " m_nSafetyVoltageLow m_nUserProfiles m_ResistorValue m_uCVNum m_uFormulaNum m_uPulseNum"
)
_ONES = (
    "m_bCurrentAutoRange m_bLogChanAuxData m_bLogChanNormalData m_bLogChanStatData m_bNewCreate"
    " m_bNewSchNameCreate m_bRedundantVoltageCheckPercentage m_fSdlFactor_AuxT"
    " m_fSdlFactor_Capacity m_fSdlFactor_Energy m_nBurstModeDelayTime m_nBurstModeSampleSpeed"
)
_EMPTY = "m_BMSName m_SMBName m_szCompany m_szCreator m_szOriginalInfo"
_VERSION_8: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(_ZEROS.split(), "0")
    | dict.fromkeys(_ONES.split(), "1")
    | dict.fromkeys(_EMPTY.split(), "")
    | {f"m_fMV_UD{index}": "0" for index in range(1, 17)}
    | {
        f"m_Clamp{what}{side}": f"1,{sign}{_NONE},0"
        for what in ("Current", "Power", "SimulationVoltage", "Voltage")
        for side, sign in (("High", ""), ("Low", "-"))
    }
    | {
        "m_CRM_CheckTime": "10",
        "m_CRM_Deviation": "-1",
        "m_fMinDtSeconds": "5",
        "m_fRedundantVoltageCheckPercentage": "15",
        "m_fSdlFactor_AuxExternalCharge": "0.001",
        "m_fSdlFactor_AuxHumidity": "10",
        "m_fSdlFactor_AuxV": "0.001",
        "m_fSdlFactor_I": "0.1",
        "m_fSdlFactor_Time": "60",
        "m_fSdlFactor_V": "0.1",
        "m_IIRHigh": "3.4E+38",
        "m_IIRLow": "-3.4E+38",
        "m_nBurstModePointNumber": "1000",
        "m_nIvSafetyAndSDLNum": "5",
        "m_nPredictedTestTime": "-1",
        "m_ReportChartName": "Vol&Cur_VS_Testtime.cht",
        "m_StatisticReportName": "CCaP&DCap_VS_Cycle.sr",
        "m_uMaxTimesOfUnsafe": "3",
        "m_uMTCSafetyTime": "60",
        "m_VTL_CheckCount": "10",
        "m_VTL_Threshold": "-1",
    }
)
