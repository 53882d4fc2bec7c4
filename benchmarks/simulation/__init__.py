"""A model of deployments that are too large to measure here: python -m benchmarks.simulation --help

Not one event for each message, which at 100,000 a second would be 360 million an hour, but short steps of time, in
which whole groups of messages move on together (a fluid model with a first-in-first-out queue for each priority). So a
library for discrete events, such as simpy, would not make it clearer, and an hour of any rate takes a second or two.
"""
