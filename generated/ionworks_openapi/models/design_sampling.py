from enum import StrEnum


class DesignSampling(StrEnum):
    GRID = "grid"
    LATIN_HYPERCUBE = "latin_hypercube"
    RANDOM = "random"

    def __str__(self) -> str:
        return str(self.value)
