"""One file for each thing that is measured: `run(stage)` yields lines of the table."""
