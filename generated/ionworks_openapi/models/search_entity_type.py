from enum import StrEnum


class SearchEntityType(StrEnum):
    CELL_BATCH = "cell_batch"
    CELL_INSTANCE = "cell_instance"
    CELL_MEASUREMENT = "cell_measurement"
    CELL_SPECIFICATION = "cell_specification"
    CHANNEL = "channel"
    CYCLER = "cycler"
    EXPERIMENT_TEMPLATE = "experiment_template"
    MATERIAL = "material"
    MODEL = "model"
    OPTIMIZATION = "optimization"
    OPTIMIZATION_TEMPLATE = "optimization_template"
    PARAMETERIZED_MODEL = "parameterized_model"
    PIPELINE = "pipeline"
    PROJECT = "project"
    RAW_DATA = "raw_data"
    STUDY = "study"

    def __str__(self) -> str:
        return str(self.value)
