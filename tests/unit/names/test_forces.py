"""Every state has itself, its forces and its police as actors; the lexicon knows who public lists name."""

from collections import Counter

from shared.names import forces, lexicon
from shared.names.fold import fold_name
from tests.accuracy.actors import checklist, missing


def test_the_lexicon_knows_every_actor_of_the_checklist() -> None:
    assert len(checklist()) == 24
    assert list(missing()) == []


def test_ids_stay_unique_and_made_actors_belong_to_their_state() -> None:
    actors = lexicon.load()
    assert [i for i, count in Counter(actor.id for actor in actors).items() if count > 1] == []
    known = {actor.id: actor for actor in actors}
    assert known["forces-eg"].parents == ("state-eg",)
    assert known["police-eg"].kind == "state_force"
    assert "Syrian air defences" in known["syrian-army"].aliases


def test_what_is_part_of_what_can_be_had_without_the_names() -> None:
    assert lexicon.parents() == {actor.id: actor.parents for actor in lexicon.load()}


def test_no_name_is_given_to_two_actors() -> None:
    listed = {actor.id for actor in lexicon.listed()}
    owners: dict[str, set[str]] = {}
    for actor in lexicon.load():
        for name in (actor.name, *actor.aliases, *actor.native):
            owners.setdefault(fold_name(name), set()).add(actor.id)
    made = {name: ids for name, ids in owners.items() if len(ids) > 1 and ids - listed}
    assert made == {}


def test_a_name_of_the_lexicon_stays_with_its_actor() -> None:
    known = {fold_name(n): a.id for a in lexicon.load() for n in (a.name, *a.aliases, *a.native)}
    assert known[fold_name("Syrian air force")] == "syrian-air-force"
    assert known[fold_name("forces armées colombiennes")] == "colombian-armed-forces"


def test_rows_of_states_name_actors_that_exist() -> None:
    ids = {actor.id for actor in lexicon.listed()}
    for row in forces.states().values():
        assert {name for name in (row.state, row.force) if name} <= ids, row.country
