"""Configured items as the command line reads, shows and edits them; ``shared.config`` says what an edit may be."""
