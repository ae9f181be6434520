"""What each piece of evidence counts, in powers of ten of people: +1 is as good as ten times as many inhabitants.

A candidate's score is its prominence and what the report says for it; a surface is taken for a place where its best
candidate, with what stands around the surface, reaches the threshold. The numbers are round on purpose.
``tests/accuracy`` prints what the scores lose where one of them is 0.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weights:
    """Evidence by name; 0 switches a rule off."""

    # A town of about 20,000 people that stands under its own name and has nothing else to say for itself.
    threshold: float = 5.3

    # --- prominence: which of its namesakes is meant where nothing else tells
    country: float = 9.0  # as the largest city
    area: float = 6.5  # seas, parts of continents: what a newsroom means by such a name
    first_order: float = 0.5  # a state or province, beside a town of as many people
    second_order: float = -0.5  # a county or district
    curated: float = 5.0  # a place that reports on a war name
    own: float = 3.0  # the desk says that it is there, and under this name
    airport: float = 4.0  # full names alone stand for airfields
    capital: float = 2.0  # of a country, by its own name: "Mexico" is not Mexico City
    own_name: float = 1.0  # beside an alternate name
    eponym: float = -2.0  # a region, where the town that it is called after may be meant
    by_key: float = -1.0  # a spelling that only its sound joins to the place, times how much it leaves open,
    by_key_alone: float = -4.0  # and nothing else in the report speaks of its country; half as much where it is near
    word: float = -2.0  # an English word, too: "Reading"
    small_word: float = -1.0  # and no city
    other_word: float = -2.0  # and not even the place's own name

    # --- the report
    country_support: float = 2.0  # the country that the report speaks of most
    country_choice: float = 1.0  # the same, among namesakes alone
    region_support: float = 2.0  # the first-order region, among namesakes alone
    stated: float = 4.0  # "Paris, Texas"
    loosely_stated: float = 2.0  # "Kibera, one of the slums of Nairobi", "Iraq's Mosul"
    sibling: float = 3.0  # one of a list of states, or of countries
    near: float = 1.0  # beside another place that the report surely names

    # --- what stands around the surface: about the candidate
    kind_said: float = 2.5  # "Idlib province", "the city of Idlib": of this kind
    not_nature: float = -2.5  # "Salinas Valley" where only a town of this name is known

    # --- what stands around the surface: whether it is a place at all
    at: float = 1.0  # "in", "near"
    towards: float = 0.5  # "from", "to"
    described: float = 1.5  # "the town of", "province"
    dateline: float = 1.5
    direction: float = 0.5  # "northern"
    opens: float = -1.5  # only ever opens sentences, or its script has no capitals
    shouted: float = -3.0  # one word that stands in lines of capitals alone,
    alternate_shouted: float = -5.0  # and is not the place's own name
    person: float = -7.0  # within a person's name
    surname: float = -3.5  # a person of this name is in the report
    part: float = -4.0  # an unknown capitalised word goes before: "Taco Bell"
    goes_on: float = -1.5  # an unknown capitalised word follows
    alternate_goes_on: float = -3.0  # and the name is not the place's own: "Georgi Parvanov"
    hyphened: float = -5.0  # "Agence France-Presse", "Navarro-Valls"
    body: float = -10.0  # "Houston Chronicle", "University of Georgia"
    speaks: float = -1.0  # "Whitley said"
    currency: float = -20.0  # "US$ 5"
    recognised: float = 1.5  # a recogniser that somebody plugged in takes it for a place,
    recognised_other: float = -4.0  # or for something else
    nature: float = -20.0  # "Mount Kenya", "lac Tchad": said of a country or region that is no lake or mountain


DEFAULT = Weights()
