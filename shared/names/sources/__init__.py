"""Where the gazetteer's places come from: one module a source, each yielding NamedPlace.

Their licences are in docs/data-sources.md.
"""
