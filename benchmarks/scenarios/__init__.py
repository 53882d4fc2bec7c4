"""One file for each thing that is measured: `run(bench)` yields lines of the table."""
