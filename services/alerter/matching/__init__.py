"""Matching: which watches a report fulfils, and by what evidence. Pure but for the step itself."""
