"""Figures for Prometheus: what there is, how it is counted in a process, and how several processes add up."""
