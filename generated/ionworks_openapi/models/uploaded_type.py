from enum import StrEnum


class UploadedType(StrEnum):
    FILE = "file"
    TIME_SERIES = "time_series"

    def __str__(self) -> str:
        return str(self.value)
