"""What a site hangs on its reports: appeals, disclaimers, bylines, related links. One rule a kind, by language.

A rule speaks only where a paragraph addresses the reader or speaks of the site itself: "donated 30 vehicles" is news,
"please donate" is an appeal. Each rule's name is given as the reason why a paragraph was set aside.
"""

import re
from collections.abc import Mapping, Sequence

from services.extractor.quotations import QUOTED
from services.extractor.rule_index import RuleIndex

# Capitals matter where a word is a name without them: "join us" is an appeal, "join US forces" is news.
_NAME = r"(?-i:[A-ZÀ-ÞА-ЯЁІЇЄҐ][\w.'’-]*)"
_NAMES = (
    rf"{_NAME}(?:,?\s+(?:{_NAME}|and|et|y|in|à|en|of|for|pour|para|de|del|von|van|bin|al|el|the|with|avec|con|\d[\d.:/-]*|[&|@]))"
    "{0,14}"
)

_APPEAL = (
    r"\b(?:please|kindly)\s+(?:donate|consider (?:making|giving|donating|supporting|subscribing|becoming|joining|a)|support (?-i:us|our|this)|subscribe|help (?-i:us))\b",
    r"^\W*(?:donate\b(?! blood)|support (?-i:us|our (?:work|journalism|reporting|site|team)|independent (?:journalism|media|reporting))\b|subscribe\b|sign up\b|become a (?:member|patron|supporter)\b|help (?-i:us)\b)",
    r"\byour\s+(?:\w+\s+)?(?:gift|donation|contribution|support|subscription|pledge)\b",
    r"\b(?:a|every|any)\s+(?:gift|donation|contribution|subscription|pledge)\b.{0,80}\b(?:(?:helps?|keeps?|supports?|lets?) (?-i:us|our)\b|our (?:work|journalism|reporting|site|team)\b)",
    r"(?:^|[.!?:;,–-]\s*)(?:donate|contribute|subscribe|chip in|sign up)\s+(?:now|today|here|via)\b|\b(?:donate|contribute|subscribe|chip in|sign up)\s+(?:at\s+\S+\.\w|to (?-i:our|us)\b|to the newsletter)|\bclick here to\b",
    r"\b(?:support|fund)\s+(?:our\s+(?:work|journalism|reporting|site|project|team|coverage)|this\s+(?:journalism|reporting|site|coverage))\b",
    r"^(?=.*\b(?:(?-i:us|our)|you|your|donate|(?:donations?|gifts?) (?:are|is|can|may))\b).*\b(?:patreon|paypal|gofundme|buy ?me ?a ?coffee|ko-fi)\b|^\W*(?:patreon|paypal|gofundme|buy ?me ?a ?coffee|ko-fi)\b.{0,60}$",
    r"\b(?:our|free)\s+newsletters?\b|\bnewsletters?:|\b(?:sign up|subscribe|register|get|receive|join)\b.{0,60}\bnewsletters?\b",
    r"\bwe (?:need|rely on|depend on) (?:your|readers)\b|\breader[- ](?:funded|supported)\b|\b(?:supported|funded|made possible) by (?:\w+ ){1,3}like you\b",
    r"^\W*(?:to support (?:this|our) (?:work|journalism|reporting|site)|to help us)\b.{0,40}\b(?:donate|give|subscribe|visit|go to)\b",
    r"\b(?:faites un don|soutenez[ -](?:nous|notre|la rédaction|le journal|ce site)|abonnez-vous|inscrivez-vous|votre (?:don|soutien)\b|vos dons\b|infolettre|rejoignez-nous)",
    r"\b(?:haz(?:te)? (?:una donación|un donativo|socio)|tu (?:donación|apoyo|aporte)\b|necesitamos su (?:donación|apoyo)|ap[oó]y[ae]nos|ap[oó]yenos|suscríb(?:ete|ase|anse|ete)|nuestr[oa]s? bolet[ií]n\w*|suscri\w+ .{0,40}\bboletín)|(?:^|[.!¡:]\s*)don[ae] (?:hoy|ahora|aquí)\b",
    r"\b(?:поддержите (?:нас|редакцию|проект|издание|наш\w*)|поддержать (?:нас|редакцию|наш\w*)\b|пожертвуйте|сделайте пожертвование|ваше пожертвование|подпис(?:ывайтесь|итесь)\b|подписаться на (?:наш|рассылк)|наш\w* рассылк)",
    r"\b(?:підтримайте (?:нас|редакцію|про[єе]кт|видання|наш\w*)|підтримати (?:нас|редакцію|наш\w*)\b|ваш\w* (?:внесок|пожертв\w+|донат)|підпис(?:уйтесь|уйтеся)\b|підписатися на (?:наш|розсилк))",
    r"(?<!\w)(?:تبرع(?:وا)? (?:الآن|لنا|لدعمنا|اليوم|هنا)|ادعم(?:وا)?نا|ادعم(?:وا)? (?:موقعنا|صحافتنا|عملنا)|دعمكم|تبرعاتكم|مساهمتكم|اشترك(?:وا)? (?:الآن|معنا|في (?:نشرت|قنات|خدم|موقع|القائمة|النشرة))|النشرة البريدية|نشرتنا (?:البريدية|الإخبارية|اليومية))",
)
_DISCLAIMER = (
    r"^\W*(?:legal )?disclaimer\b",
    r"\b(?:views?|opinions?|positions?)\s+(?:and \w+\s+)?(?:\w+\s+)?(?:expressed|printed|published|posted|aired)\s+(?:here|herein|above|in (?:this|the) (?:article|piece|column|story|text|post|publication)|on this|by (?:the |its |our )?(?:authors?|writers?|contributors?|columnists?)|are (?:those|solely|the author|their own|his own|her own))|\b(?:views?|opinions?)\b.{0,80}\b(?:expressed|printed|published|posted|aired) (?:here|herein)\b",
    r"^\W*this (?:article|piece|column|essay|commentary|story|text|opinion|publication|blog|post)\b.{0,60}\bnot (?:necessarily )?(?:reflect|represent)\b",
    r"\bnot (?:necessarily )?(?:reflect|represent|endorse)\b.{0,60}\b(?:editorial|(?:this|our) (?:web)?site|(?:the|our) (?:editors?|editorial board|publishers?|newsroom))\b",
    r"\ball rights reserved\b|^©|\bcopyright ©|©\s*\d{4}|^copyright\s+(?:\(c\)\s*)?\d{4}|\bmay not be (?:published|reproduced|republished|copied)\b.{0,80}\b(?:broadcast|rewritten|redistributed|permission|consent)",
    r"\b(?:we|(?:this|the) (?:web)?site|the (?:publishers?|editors?))\b.{0,40}\bnot responsible for\b|\bfor informational purposes only\b",
    r"\b(?:boundaries|designations|names)\b.{0,60}\bdo(?:es)? not imply\b|\bnot for (?:onward )?(?:distribution|publication|circulation)\b",
    r"\b(?:перепечатка|передрук\w*)\b.{0,30}\b(?:разрешен|запрещен|возможн|дозволен|заборонен|можлив)",
    r"\bles (?:opinions|propos|points de vue) exprimée?s? (?:dans|ici|sur|par (?:l['’]auteur|les auteurs)|n['’]engagent|sont (?:ceux|celles)|ne)|\bn['’]engagent? que (?:leurs?|son|sa|la responsabilité|l['’]auteur)|\btous droits réservés|\bne reflète(?:nt)? pas (?:nécessairement|forcément) (?:la ligne|l['’]opinion|la position|les vues|le point de vue)",
    r"\blas opiniones (?:expresadas|vertidas) (?:en|aquí|por (?:el|la|los|las) (?:autor|columnista|colaborador)\w*|son|no)|\bno reflejan? necesariamente (?:la (?:opinión|línea|posición)|el punto de vista|las opiniones)|\btodos los derechos reservados|^\W*aviso legal|\bdescargo de responsabilidad",
    r"\b(?:мнени[ея] (?:редакции|автор\w+).{0,60}(?:не совпада|не отража)|может не совпадать с (?:мнени|точк|позици)|все права защищены|отказ от ответственности)",
    r"\b(?:думк\w+ (?:редакції|автор\w+).{0,60}(?:не збіга|не відобража)|може не збігатися (?:з|із) (?:думк|точк|позиці)|(?:усі|всі) права захищен|відмова від відповідальності)",
    r"(?:الآراء الواردة|جميع الحقوق محفوظة|إخلاء (?:ال)?مسؤولية|^\W*(?:الآراء|المقال|هذا المقال|المقالات|المواد|ما ينشر).{0,60}لا (?:ت|ي)عبر|لا (?:ت|ي)عبر (?:بالضرورة )?عن (?:رأي|آراء|وجهة نظر|موقف) (?:الموقع|الصحيفة|التحرير|هيئة التحرير|الناشر|القناة|الشبكة|الجريدة|المركز))",
)
_REPUBLISHED = (
    r"^\W*(?:(?:this|(?:a|an earlier) version of this) (?:article|story|report|piece|post|essay|text|interview|column)\s+(?:was\s+|has been\s+)?)?(?:originally|first|previously)\s+(?:published|appeared|posted)\b",
    r"^\W*(?:re-?published|re-?posted|reprinted|cross-?posted|syndicated) (?:from|with|by|courtesy|under|here)\b",
    r"\bthis (?:article|story|report|piece|post) (?:was|is|has been) (?:re-?published|reprinted|syndicated|reposted)\b",
    r"^\W*(?:publié initialement|article repris|republié|publicado originalmente|republicado|перепечатано (?:с|из)|оригинал (?:статьи|публикации)|передрук(?:овано)? з|оригінал (?:статті|публікації)|أعيد نشر (?:هذا|هذه|المقال))",
)
_BYLINE = (
    rf"^(?:(?-i:By|BY|Par|Por)\s+{_NAMES}|(?:words by|(?:more )?articles by|written by|edited by|additional reporting|about the author)\b[^.!?]{{0,120}})[.]?$",
    r"^\(?(?:reporting by|additional reporting by|editing by|writing by|written by)\b|\bcontributed (?:reporting )?to this (?:report|story|article)\b",
    rf"^(?:(?-i:By|BY|Par|Por)\s+{_NAMES},?\s+(?:staff writers?|(?:special |our )?correspondents?|(?:our |notre )?(?:correspondante?s?|envoyée?s? spéciale?s?)|corresponsal(?:es)?|enviad[oa]s? especial(?:es)?)\b[^.!?]{{0,60}})[.]?$",
    r"^(?:authors?|автор|авторка|текст|كتب|كتبت|تحرير)\s*[:/]\s*[^.!?؟]{0,80}$|^بقلم\s*:?\s[^.!?؟]{0,60}$",
    rf"^(?:автор|авторка)\s+{_NAME}\s+{_NAME}\W*$",
)
# A line on the author opens with the name: "A journalist from Gaza was among the dead" is news.
_BIOGRAPHY = re.compile(
    rf"^{_NAME}(?:\s+(?:{_NAME}|al|bin|de|del|van|von))"
    r"{0,4},?\s+(?:"
    r"(?:is|are) (?:a|an|our|the) [\w\s,'’-]{0,60}(?:correspondent|journalist|reporter|editor|writer|analyst|columnist|researcher)s?\b.{0,30}\b(?:based in|who (?:covers|writes)|covering|for|at|with|from)\b"
    r"|est (?:un |une |le |la |notre )?(?:correspondante?|journaliste|reporter|rédact\w+)\b|es (?:una? |el |la )?(?:corresponsal|periodista|redactora?)\b)",
    re.IGNORECASE,
)
_ABOUT_AUTHOR = re.compile(
    r"^\W*(?:about the authors?|the authors?|sobre (?:el autor|la autora|la firma|los autores)|à propos de l'auteure?|об авторе|про автор\w*|عن الكاتب\w*)\W*$",
    re.IGNORECASE,
)
_RELATED = (
    r"^\W*(?:video|watch|listen|podcast|gallery|in pictures|vidéo|vídeo|видео|відео|فيديو)\s*[:|].{0,160}$",
    r"^\W*(?:read|see|watch)\s+(?:more|also|next|this|our)\b|^\W*(?:related|more on|most read|most popular|recommended|you may also|trending|further reading|also on|don't miss|tags?|topics?|in other news)\b[^.!?]{0,120}$",
    r"^\W*(?:à lire (?:aussi|également)|lire (?:aussi|également)|voir aussi|sur le même sujet|les plus lus|lea (?:también|además)|leer más|te puede interesar|ver también|lo más leído)\b|^\W*relacionad[oa]s?\b[^.!?]{0,120}$",
    r"^\W*(?:читайте (?:также|еще|ещё)|по теме|самое читаемое|смотрите также|читайте (?:також|ще)|за темою|дивіться також)|^\W*популярне\b[^.!?]{0,80}$",
    r"^\W*(?:اقرأ (?:أيضا|أيضاً|المزيد)|إقرأ (?:أيضا|أيضاً)|شاهد (?:أيضا|أيضاً)|مواضيع ذات صلة|أخبار ذات صلة|الأكثر قراءة)",
)
_CONTACT = (
    r"\b(?:follow|like|find|join|contact|reach|email|e-mail|write to|tip) (?:(?-i:us|me)|our newsroom|the author)\b|^(?-i:FOLLOW|FIND|JOIN|CONTACT) US\b",
    r"\b(?:join|follow) our (?:\w+ ){0,2}(?:channel|group|community|page|discord|telegram|whatsapp)\b|\b(?:like|share|enjoyed) this (?:article|story|post)\b",
    r"\b(?:contact|tips?|press|editor|newsroom|info)\w*\s*(?:\[at\]|\(at\)|@|\sat\s\w+\sdot\s)",
    r"^\W*for (?:syndication|reprints?|permissions?|(?:further|more) information|media (?:inquiries|enquiries)|advertising)\b.{0,60}\b(?:contact|write to|e-?mail|call|visit|see|go to)\b|^\W*(?:our |the )?(?:offices|bureaus|bureaux|newsrooms)\s*:|^\W*sources?\s*:[^.!?]{0,120}(?:[.]|$)",
    r"^\W*(?:contact|e-?mail|reach|call|write to) (?:the )?(?:staff writer|reporter|writer|author|editor|newsroom|correspondent)s?\b|\b(?:send|submit|email) (?:\w+ ){1,4}to our\b|^\W*to comment on (?:this|our) (?:story|article|site|page)\b",
    r"^\W*(?:share this\b|print this\b|comments?\s*(?:\(\d+\))?$|leave a (?:comment|reply)\b|cookies?\b)|\b(?:we|(?:this|our) (?:web)?site) uses? cookies\b",
    r"^\W*(?:suivez-nous|partagez (?:cet|sur|l['’]article)|contactez-nous|síguenos|comparte (?:est[ae]|en)|contáctanos|подписывайтесь|поделиться(?: в|\W*$)|слідкуйте за (?:нами|наш)|поділитися(?: [ву]|\W*$)|تابعونا|تابعوا (?:صفحت|قنات|حساب|موقع)|شارك(?:وا)? (?:الخبر|المقال|هذا|الموضوع|عبر))",
)

# A site speaks to its reader: the second person together with giving, outside quotations.
_ADDRESSED = "addressed"
_YOU = re.compile(
    r"\b(?:you|your|yours|vous|votre|vos|usted(?:es)?|tú|te|tu|tus|su lectura|вы|вас|вам|ваш\w*|ви)\b", re.IGNORECASE
)
_GIVE = (
    r"\b(?:donat\w*|cheque|check by post|subscri\w+|contribut\w+|a coffee|don|dons|donner|abonn\w+|don[ae]|donar|donaci\w+|aport\w+|suscri\w+|apoy\w+"
    r"|рубл\w+|пожертв\w+|поддерж\w+|донат\w*|грив\w+|підтрим\w+|внес\w+)\b"
)
_OUR_STAFF = (
    r"\b(?:our|notre|nos|nuestr[oa]s?|наш\w*|наші)\s+(?:\w+\s){0,2}(?:desk|newsroom|team|correspondents?|reporters?|editors?|readers|podcast"
    r"|newsletter|app|channel|archive|coverage|journalism|rédaction|équipe|correspondants?|lecteurs|redacción|equipo|corresponsal\w*|lectores"
    r"|корреспондент\w*|редакци\w+|команд\w+|кореспондент\w*|редакці\w+|репортер\w*)\b"
)
# "Home > World", "Syria | Iraq | Yemen": a way through the site, not a sentence.
_TRAIL = r"^[^.!?؟]{1,60}(?:\s[>»›/|]\s[^.!?؟>»›/|]{1,60})+\W*$"

# In the order in which they have their say.
_KINDS: Mapping[str, Sequence[str]] = {
    "appeal": _APPEAL,
    "disclaimer": _DISCLAIMER,
    "republished": _REPUBLISHED,
    "byline": _BYLINE,
    "related": _RELATED,
    "contact": _CONTACT,
    "navigation": (_TRAIL,),
    _ADDRESSED: (_GIVE, _OUR_STAFF),
}
_RULES = tuple((kind, rule) for kind, rules in _KINDS.items() for rule in rules)
_INDEX = RuleIndex([rule for _, rule in _RULES], re.IGNORECASE)
_CAPTION = RuleIndex(
    (
        r"^\W*(?:(?:file )?photo|image|picture|credit|caption|photograph)\b[^.]{0,10}[:/|]|\((?:photo|image|picture|credit|ap|afp|reuters)\b[^)]*\)\s*$",
        r"^\W*(?:фото|foto|صورة|crédit photo|photo d'archive)\s*[:/]",
    ),
    re.IGNORECASE,
)
LONG_PARAGRAPH = 600  # characters: what is longer speaks of the world, whatever words it contains
SHORT_PARAGRAPH = 200
# Where a report writes no full stops, only what is this short is surely no sentence.
SHORT_LINE = 60
LAST_PARAGRAPHS = 3
TAIL_SHARE = 0.5
# What people in the news say themselves, "Please help us," a woman said; and a French quotation's marks are no trail.
_SPOKEN = frozenset({"appeal", "contact", "navigation", _ADDRESSED})
_TAIL_STARTS = frozenset({"appeal", "disclaimer", "contact"})
_SENTENCE_ENDS = (".", "!", "?", "؟", "…", "。", ":")


def _why_boilerplate(paragraph: str, possible: Sequence[int]) -> str:
    """The kind of boilerplate that this paragraph is by the first of these rules; empty where it is none."""
    if not possible or len(paragraph) > LONG_PARAGRAPH:
        return ""
    unquoted = QUOTED.sub(" ", paragraph)
    for number in possible:
        kind, _ = _RULES[number]
        said = unquoted if kind in _SPOKEN else paragraph
        if _INDEX.rules[number].search(said) and (kind != _ADDRESSED or _YOU.search(said)):
            return "appeal" if kind == _ADDRESSED else kind
    return ""


def are_captions(paragraphs: Sequence[str]) -> list[bool]:
    """For each line whether it says what a picture shows, or whose it is."""
    possible = _CAPTION.possible_in(paragraphs)
    return [
        any(_CAPTION.rules[number].search(paragraph) for number in numbers)
        for paragraph, numbers in zip(paragraphs, possible, strict=True)
    ]


def _is_sentence(paragraph: str) -> bool:
    return paragraph.rstrip("”\"»'").endswith(_SENTENCE_ENDS)


def _writes_full_stops(paragraphs: Sequence[str]) -> bool:
    """Whether the report ends its longer paragraphs as sentences are ended; some newsrooms do not."""
    longer = [_is_sentence(paragraph) for paragraph in paragraphs if len(paragraph) > SHORT_LINE]
    return sum(longer) * 2 >= len(longer)


def _is_biography(paragraph: str, before: str) -> bool:
    """A line on the author at the end; higher up a journalist may be whom the report is about."""
    return len(paragraph) <= LONG_PARAGRAPH and bool(
        _ABOUT_AUTHOR.match(paragraph) or _ABOUT_AUTHOR.match(before) or _BIOGRAPHY.search(paragraph[:SHORT_PARAGRAPH])
    )


def boilerplate_reasons(paragraphs: Sequence[str]) -> list[str]:
    """For each paragraph why it is boilerplate, or an empty string.

    Lines that are no sentences are links under a heading of related links, and belong to the site after an appeal or a
    disclaimer in the report's second half. A sentence is never set aside for its neighbours.
    """
    reasons = list(map(_why_boilerplate, paragraphs, _INDEX.possible_in(paragraphs)))
    second_half = int(len(paragraphs) * TAIL_SHARE)
    at_end = max(second_half, len(paragraphs) - LAST_PARAGRAPHS)
    longest_line = SHORT_PARAGRAPH if _writes_full_stops(paragraphs) else SHORT_LINE
    is_tail = False
    for i, paragraph in enumerate(paragraphs):
        if not reasons[i] and i >= at_end and _is_biography(paragraph, paragraphs[i - 1] if i else ""):
            reasons[i] = "byline"
        is_tail = is_tail or (i >= second_half and reasons[i] in _TAIL_STARTS)
        if reasons[i] or len(paragraph) > longest_line or _is_sentence(paragraph):
            continue
        if i and reasons[i - 1] == "related":
            reasons[i] = "related"
        elif is_tail:
            reasons[i] = "tail"
    return reasons
