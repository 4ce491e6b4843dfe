"""What is sent and read of measurements: checked, written as Parquet, read from exports."""
