"""Which places a report names: every surface's candidates are weighed by what the whole report says. Pure.

``cues`` reads what stands around a surface, ``persons`` who is named, ``pairs`` which places the report puts into one
another ("Paris, Texas"), ``context`` which countries it speaks of; ``weights`` says what each counts, and ``resolve``
adds up.
"""
