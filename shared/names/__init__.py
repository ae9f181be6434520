"""Finding names in text: the fold, the gazetteer, the actor lexicon and the automaton over both. Pure."""
