from enum import StrEnum


class CyclerFormat(StrEnum):
    ARBIN = "arbin"
    ARBIN_SDX = "arbin_sdx"
    BIOLOGIC_BTTEST = "biologic_bttest"
    BIOLOGIC_MPS = "biologic_mps"
    MACCOR = "maccor"
    NEWARE = "neware"
    NOVONIX = "novonix"

    def __str__(self) -> str:
        return str(self.value)
