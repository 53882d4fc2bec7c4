"""Rate limits: who may go when."""
