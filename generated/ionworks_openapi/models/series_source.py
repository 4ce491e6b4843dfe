from enum import StrEnum


class SeriesSource(StrEnum):
    BASELINE = "baseline"
    OPTIMAL = "optimal"

    def __str__(self) -> str:
        return str(self.value)
