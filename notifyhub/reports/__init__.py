"""The daily report: the figures of a local day as text, HTML and chart, sent once by mail."""
