"""What a site hangs on its reports: appeals, disclaimers, bylines, related links. One rule a kind, by language.

A rule speaks only where a paragraph addresses the reader or speaks of the site itself: "donated 30 vehicles" is news,
"please donate" is an appeal. Each rule's name is given as the reason why a paragraph was set aside.
"""

import re
from collections.abc import Mapping, Sequence

_APPEAL = (
    r"\b(?:please|kindly)\s+(?:donate|consider|support|subscribe|help us)\b",
    r"^(?:donate|support (?:us|our|independent)|subscribe|sign up|become a (?:member|patron|supporter)|help us)\b",
    r"\b(?:your|a|every|any)\s+(?:gift|donation|contribution|support|subscription|pledge)\b.{0,80}\b(?:us|our|we|helps?|keeps?)\b",
    r"\b(?:donate|contribute|subscribe|chip in|sign up)\s+(?:now|today|here|at|via|to (?:our|us|the newsletter))\b",
    r"\b(?:support|fund)\s+(?:our|this)\s+(?:work|journalism|reporting|site|project|team|coverage)\b",
    r"\b(?:patreon|paypal|gofundme|buy ?me ?a ?coffee|ko-fi)\b",
    r"\b(?:our|the|this|daily|weekly|free)\s+newsletters?\b|\bnewsletter:",
    r"\bwe (?:need|rely on|depend on) (?:your|readers)\b|\breader[- ](?:funded|supported)\b",
    r"\b(?:faites un don|soutenez|abonnez-vous|inscrivez-vous|votre (?:don|soutien)|vos dons|infolettre|rejoignez-nous)\b",
    r"\b(?:haz(?:te)? (?:una donación|un donativo|socio)|don[ae] (?:hoy|ahora|aquí)|tu (?:donación|apoyo|aporte)|su (?:donación|apoyo)|apóyanos|suscríb\w+|boletín)\b",
    r"(?:поддержите|поддержать (?:нас|редакцию|проект)|пожертвуйте|ваше пожертвование|подпис(?:ывайтесь|аться на|итесь)|наш\w* рассылк)",
    r"(?:підтримайте|підтримати (?:нас|редакцію|проєкт)|ваш\w* (?:внесок|пожертв\w+|донат)|підпис(?:уйтесь|атися на|уйтеся))",
    r"(?:تبرع(?:وا|كم|ك)?\s|ادعم(?:وا|نا)?\s|دعمكم|تبرعاتكم|اشترك(?:وا)?\s|النشرة البريدية|نشرتنا)",
)
_DISCLAIMER = (
    r"^\W*(?:legal )?disclaimer\b",
    r"\b(?:views?|opinions?|positions?)\b.{0,80}\b(?:expressed|(?:printed|published|posted|aired) here)\b|\bnot necessarily (?:reflect|represent)\b|\bdo(?:es)? not (?:reflect|represent|endorse)\b.{0,60}\b(?:views?|opinions?|polic|editorial)",
    r"\ball rights reserved\b|^©|\bcopyright ©|\b©\s*\d{4}",
    r"\b(?:is|are) not responsible for\b.{0,60}\b(?:content|accuracy|errors|views)\b|\bfor informational purposes only\b",
    r"\b(?:les (?:opinions|propos|points de vue) exprimé|n'engagent? que|tous droits réservés|ne reflètent pas)",
    r"\b(?:las opiniones (?:expresadas|vertidas)|no reflejan? necesariamente|todos los derechos reservados|aviso legal|descargo de responsabilidad)",
    r"(?:мнени[ея] (?:редакции|автор\w+).{0,60}(?:не совпада|не отража)|может не совпадать|все права защищены|отказ от ответственности)",
    r"(?:думк\w+ (?:редакції|автор\w+).{0,60}(?:не збіга|не відобража)|може не збігатися|(?:усі|всі) права захищен|відмова від відповідальності)",
    r"(?:لا (?:ت|ي)عبر (?:بالضرورة|عن)|جميع الحقوق محفوظة|إخلاء (?:ال)?مسؤولية|الآراء الواردة)",
)
_REPUBLISHED = (
    r"\b(?:originally|first|previously)\s+(?:published|appeared|posted)\b",
    r"^\W*(?:re-?published|re-?posted|reprinted|cross-?posted|syndicated)\b",
    r"\b(?:this (?:article|story|report)|it) (?:was|is) (?:re-?published|reprinted|syndicated)\b",
    r"^\W*(?:publié initialement|article repris|republié|publicado originalmente|republicado|перепечат|оригинал (?:статьи|публикации)|передрук|оригінал (?:статті|публікації)|نقلا عن موقع|أعيد نشر)",
)
_BYLINE = (
    r"^(?:by|words by|articles by|more articles by|written by|author|about the author|reporting by|edited by|additional reporting)\b[^.!?]{0,120}[.]?$",
    r"^(?:reporting by|additional reporting by|editing by|writing by)\b",
    r"^(?:par|por|автор|авторка|текст|بقلم|كتب|تحرير)\s*:?\s[^.!?؟]{0,80}$",
)
_BIOGRAPHY = re.compile(
    r"\b(?:is|are) (?:a|an|our|the) [\w\s,-]{0,60}(?:correspondent|journalist|reporter|editor|writer|analyst|columnist|researcher)s?\b.{0,30}\b(?:based in|who covers|covering|for|at|from)\b"
    r"|\best (?:un |une |le |la |notre )?(?:correspondante?|journaliste|reporter|rédact\w+)\b|\bes (?:una? |el |la )?(?:corresponsal|periodista|redactora?)\b",
    re.IGNORECASE,
)
_ABOUT_AUTHOR = re.compile(
    r"^\W*(?:about the authors?|the authors?|sobre (?:el autor|la autora|la firma|los autores)|à propos de l'auteure?|об авторе|про автор\w*|عن الكاتب\w*)\W*$",
    re.IGNORECASE,
)
_RELATED = (
    r"^\W*(?:video|watch|listen|podcast|gallery|in pictures|vidéo|vídeo|видео|відео|فيديو)\s*[:|].{0,160}$",
    r"^\W*(?:read|see|watch)\s+(?:more|also|next|this|our)\b|^\W*(?:related|more on|most read|most popular|recommended|you may also|trending|further reading|also on|don't miss|tags?|topics?|in other news)\b.{0,120}$",
    r"^\W*(?:à lire (?:aussi|également)|lire (?:aussi|également)|voir aussi|sur le même sujet|les plus lus|lea (?:también|además)|leer más|te puede interesar|ver también|lo más leído|relacionad[oa]s?)\b",
    r"^\W*(?:читайте (?:также|еще|ещё)|по теме|самое читаемое|смотрите также|читайте (?:також|ще)|за темою|дивіться також|популярне)",
    r"^\W*(?:اقرأ (?:أيضا|أيضاً|المزيد)|إقرأ (?:أيضا|أيضاً)|شاهد (?:أيضا|أيضاً)|مواضيع ذات صلة|أخبار ذات صلة|الأكثر قراءة)",
)
_CONTACT = (
    r"\b(?:follow|like|find|join|contact|reach|email|e-mail|write to|tip) (?:us|our newsroom|the author|me)\b",
    r"\b(?:contact|tips?|press|editor|newsroom|info)\w*\s*(?:\[at\]|\(at\)|@|\sat\s\w+\sdot\s)",
    r"^\W*(?:share this|print this|comments?\s*(?:\(\d+\))?$|leave a (?:comment|reply)|cookies?\b)|\bwe use cookies\b",
    r"^(?:suivez-nous|partagez|contactez|síguenos|comparte|contáctanos|подписывайтесь|поделиться|слідкуйте|поділитися|تابعونا|شارك)\b",
)

# A site speaks to its reader: the second person together with giving, outside quotations.
_QUOTED = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"]*\"|‘[^’]*’")
_YOU = re.compile(
    r"\b(?:you|your|yours|vous|votre|vos|usted(?:es)?|tú|te|tu|tus|su lectura|вы|вас|вам|ваш\w*|ви|вас|вам|ваш\w*)\b|(?:كم|أنتم|قراءنا|عزيزي)\b",
    re.IGNORECASE,
)
_GIVE = re.compile(
    r"\b(?:donat\w*|cheque|check by post|subscri\w+|contribut\w+|a coffee|don|dons|donner|abonn\w+|don[ae]|donar|donaci\w+|aport\w+|suscri\w+|apoy\w+"
    r"|рубл\w+|пожертв\w+|поддерж\w+|донат\w*|грив\w+|підтрим\w+|внес\w+)\b|(?:تبرع|دعم|اشتراك)",
    re.IGNORECASE,
)
_OUR_STAFF = re.compile(
    r"\b(?:our|notre|nos|nuestr[oa]s?|наш\w*|наші)\s+(?:\w+\s){0,2}(?:desk|newsroom|team|correspondents?|reporters?|editors?|readers|podcast"
    r"|newsletter|app|channel|archive|coverage|journalism|rédaction|équipe|correspondants?|lecteurs|redacción|equipo|corresponsal\w*|lectores"
    r"|корреспондент\w*|редакци\w+|команд\w+|кореспондент\w*|редакці\w+|репортер\w*)\b",
    re.IGNORECASE,
)
# "Home > World", "Syria | Iraq | Yemen": a way through the site, not a sentence.
_TRAIL = re.compile(r"^[^.!?؟]{1,60}(?:\s[>»›/|]\s[^.!?؟>»›/|]{1,60})+\W*$")

KINDS: Mapping[str, re.Pattern[str]] = {
    kind: re.compile("|".join(f"(?:{rule})" for rule in rules), re.IGNORECASE)
    for kind, rules in {
        "appeal": _APPEAL,
        "disclaimer": _DISCLAIMER,
        "republished": _REPUBLISHED,
        "byline": _BYLINE,
        "related": _RELATED,
        "contact": _CONTACT,
    }.items()
}
CAPTION = re.compile(
    r"^\W*(?:(?:file )?photo|image|picture|credit|caption|photograph)\b[^.]{0,10}[:/|]|\((?:photo|image|picture|credit|ap|afp|reuters)\b[^)]*\)\s*$"
    r"|^\W*(?:фото|foto|صورة|crédit photo|photo d'archive)\s*[:/]",
    re.IGNORECASE,
)
LONG_PARAGRAPH = 600  # characters: what is longer speaks of the world, whatever words it contains
SHORT_PARAGRAPH = 200
TAIL_SHARE = 0.5
_TAIL_STARTS = frozenset({"appeal", "disclaimer", "contact"})
_SENTENCE_ENDS = (".", "!", "?", "؟", "…", "。", ":")


def why_boilerplate(paragraph: str) -> str:
    """The kind of boilerplate that this paragraph is; empty where it is none."""
    if len(paragraph) > LONG_PARAGRAPH:
        return ""
    found = next((kind for kind, rule in KINDS.items() if rule.search(paragraph)), "")
    if found:
        return found
    if _TRAIL.search(paragraph):
        return "navigation"
    return "appeal" if _addresses_reader(paragraph) else ""


def _addresses_reader(paragraph: str) -> bool:
    spoken = _QUOTED.sub(" ", paragraph)
    return bool(_YOU.search(spoken) and (_GIVE.search(spoken) or _OUR_STAFF.search(spoken)))


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
    reasons = [why_boilerplate(paragraph) for paragraph in paragraphs]
    second_half = int(len(paragraphs) * TAIL_SHARE)
    is_tail = False
    for i, paragraph in enumerate(paragraphs):
        if not reasons[i] and i >= second_half and _is_biography(paragraph, paragraphs[i - 1] if i else ""):
            reasons[i] = "byline"
        is_tail = is_tail or (i >= second_half and reasons[i] in _TAIL_STARTS)
        if reasons[i] or len(paragraph) > SHORT_PARAGRAPH or paragraph.rstrip("”\"»'").endswith(_SENTENCE_ENDS):
            continue
        if i and reasons[i - 1] == "related":
            reasons[i] = "related"
        elif is_tail:
            reasons[i] = "tail"
    return reasons
