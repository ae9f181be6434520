"""Measurements, in ratios within one run: this machine's noise is larger than most differences."""
