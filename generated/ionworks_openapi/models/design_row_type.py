from enum import StrEnum


class DesignRowType(StrEnum):
    DISCRETE = "discrete"
    NORMAL = "normal"
    RANGE = "range"

    def __str__(self) -> str:
        return str(self.value)
