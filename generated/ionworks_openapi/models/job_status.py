from enum import StrEnum


class JobStatus(StrEnum):
    CANCELED = "canceled"
    COMPLETED = "completed"
    FAILED = "failed"
    PENDING = "pending"
    PROCESSING = "processing"
    WAITING = "waiting"

    def __str__(self) -> str:
        return str(self.value)
