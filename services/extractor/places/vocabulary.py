"""Words around a name that tell what it is. Small ones in English, French, Spanish, Russian, Ukrainian and Arabic."""

from typing import Literal

Kind = Literal["admin", "town", "nature", "air"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# In, near: something is or happens there. To, from: somebody moves; the weaker of two.
AT = _words("""
    in near inside outside around across throughout within into at amid via en dans près à aux au vers cerca sobre
    hacia у в во под около близ біля під поблизу في قرب داخل غرب شرق شمال جنوب وسط""")
TOWARDS = _words("""
    from to of between toward towards through over against leaving de del des du depuis из от до на з із від من إلى بين
    نحو""")
DIRECTIONS = _words("""
    north south east west northern southern eastern western northeast northwest southeast southwest northeastern
    northwestern southeastern southwestern central upper lower greater downtown inner outer mid rural coastal new
    old nord sud est ouest norte sur este oeste северный южный восточный западный північний південний східний
    західний""")
_KINDS: dict[Kind, str] = {
    "admin": """
    province provinces governorate governorates region state oblast county district prefecture raion rayon territory
    canton parish division wilaya krai regency provincia departamento estado préfecture département région область
    области область провинция провинции провинцию район районе района области області районі محافظة محافظات ولاية
    إقليم قضاء منطقة ريف""",
    "town": """
    city town village municipality suburb suburbs neighbourhood neighborhood quarter hamlet port capital township
    outskirts settlement slum camp barangay commune ville village ciudad pueblo municipio localidad commune город
    города городе городу село селе посёлок поселок посёлке поселке деревня деревне місто місті села селі селище
    مدينة بلدة قرية حي مخيم""",
    "nature": """
    river lake sea bay gulf strait canal mountain mountains mount valley hills desert peninsula island islands isle
    plain plains delta forest ocean basin archipelago coast creek reservoir falls beach cape glacier volcano swamp
    park río rivière fleuve lac mer île mont golfe baie golfo bahía lago laguna isla islas monte sierra cordillera
    desierto valle vallée река реки реке озеро озера море моря гора горы горе остров острова острів річка річки гори
    نهر بحيرة جبل جبال جزيرة جزر وادي خليج بحر صحراء""",
    "air": "airport airbase airfield aeropuerto aéroport аэропорт аэродром аеропорт авиабаза مطار قاعدة",
}
KIND_OF: dict[str, Kind] = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_CLITICS = ("و", "ب", "ل", "ف")


def kind_of(word: str) -> Kind | None:
    """What a noun beside a name says that it is; an Arabic conjunction or preposition may be joined to it."""
    return KIND_OF.get(word) or (KIND_OF.get(word[1:]) if word.startswith(_CLITICS) else None)


def kind_of_small(word: str) -> Kind | None:
    """The same of a noun that is written small: "Antioquia department" is a region, "Dallas Department" an office."""
    return kind_of("region" if word in _SMALL_REGIONS else word)


_SMALL_REGIONS = _words("department departments")


# English writes these small before a name that is not part of them: "the island Malta", "mount Syria attacks".
SMALL_NATURE = _words("mount island islands isle plain plains park coast hills beach")
# "the city of Aleppo": the noun stands before, with these between.
OF = _words("of de del d la du of the")
TITLES = _words("""
    mr mrs ms miss dr prof professor sir lord lady dame president vice minister premier chancellor senator sen rep
    representative congressman congresswoman governor gov mayor king queen prince princess sheikh emir sultan imam
    ayatollah general gen colonel col major maj captain capt commander lieutenant lt sergeant sgt admiral brigadier
    corporal cpl private pvt judge justice bishop archbishop cardinal pope father sister brother rabbi reverend rev
    pastor inspector detective officer constable chief secretary ambassador envoy spokesman spokeswoman spokesperson
    director chairman chairwoman attorney lawyer doctor coach coroner sheriff deputy commissioner actor actress
    singer drummer author professor monsieur madame señor señora don doña général président ministre""")
# What follows a person's name.
_SPEECH = """
    said says told added announced warned denied insisted claimed argued noted explained confirmed stated vowed
    urged accused called condemned welcomed rejected wants demanded threatened agreed believes hopes expects
    maintains admitted declared responded replied asked promised pledged"""
SPEAKS = _words(_SPEECH)
# Bodies that act where they are, and are called after the place: the place is spoken of.
CIVIC = _words("""
    police health department ministry minister government authorities officials official residents mayor governor
    council court senate parliament assembly legislature embassy consulate state states national provincial regional
    municipal federal public county city town district fire ambulance army navy border coast guard prosecutors
    prosecutor secretary president premier prime supreme high district attorney general commission administration
    republic democratic democrats republicans congress congressman house security council foreign interior defence
    defense finance education justice agriculture trade energy transport home labour labor environment culture
    information civil national armed forces troops air royal metro metropolitan parks school schools transit water
    power electric port emergency medical vice acting former deputy senior""")
# Bodies, works and goods that bear a place's name wherever they are.
NAMED_BODIES = _words("""
    times post herald tribune news daily star journal gazette chronicle mirror telegraph observer weekly monitor
    globe press agency radio television tv magazine review broadcasting corporation corp inc ltd llc plc company co
    bank airlines airways air motors group holdings partners capital insurance fund foundation institute association
    society union university college school academy hospital clinic medical centre center museum gallery zoo theatre
    theater orchestra choir stadium arena hotel restaurant church cathedral mosque temple club fc united rovers athletic
    wanderers cup league open championship marathon olympics olympic games festival award awards prize treaty accord
    accords agreement declaration convention protocol laboratories laboratory research street avenue road boulevard
    lane drive highway bridge square tower flu virus fever syndrome act bill plan authority coalition federation
    confederation alliance network forest exchange railways railway steel mills""")
# "University of Georgia", "Bank of America", "Duke of York": what follows is part of their name.
INSTITUTION_OF = _words("""
    university college bank church bishop archbishop diocese archdiocese duke duchess earl prince princess institute
    academy order battle treaty statue museum isle times voice junta""")
# The same in languages that write such nouns small, and put them before the name with or without an "of".
INSTITUTION = _words("""
    université lycée collège école rue avenue boulevard banque universidad instituto calle avenida plaza banco caja
    университет университета улица улице проспект площадь університет університету вулиця вулиці площа جامعة شارع بنك
    مستشفى صحيفة مدرسة""")
# A name is part of another where one of these stands before it: "Fort Hood", "Lake Erie", "Saint Paul".
PART_BEFORE = _words("""
    lake mount fort san santa saint st los las el la cape port camp point glen loch ben river operation hurricane
    typhoon""")
# Small nouns that a place's name gives a kind to: the place is not spoken of.
KINDS_OF_THING = _words("""
    virus viruses fever disease flu syndrome strain ebolavirus pepper peppers soap cheese wine rice tea coffee sauce
    dog dogs""")
CURRENCY = frozenset("$€£¥₽")
