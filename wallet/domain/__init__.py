"""The core: cards, entries, programs and the decisions on them. Pure, standard library only."""
