"""The few words by which lines beside an article are told, in five languages: signs for the rules of `paragraphs`."""

from __future__ import annotations

import re


def _words(*alternatives: str) -> re.Pattern[str]:
    """Whole words of Latin script, in any case; Chinese ones anywhere."""
    latin = "|".join(a for a in alternatives if ord(a[0]) < 0x2E80)
    chinese = "|".join(a for a in alternatives if ord(a[0]) >= 0x2E80)
    return re.compile(rf"\b(?:{latin})\b" + (f"|{chinese}" if chinese else ""), re.I)


# What a publisher offers to its readers, or asks of them.
SERVICE = _words(
    r"subscri(?:be|bers?|bed|bing|ptions?)", r"newsletters?", r"notifications?", r"sign(?:ed|ing)? (?:up|in)",
    r"log(?:ged|ging)? ?in", r"regist(?:ered|ering|ration)", r"donat(?:e|es|ing|ions?)", r"memberships?", r"paywalls?",
    r"inbox", r"alerts", r"free trial", r"unlimited access", r"ad[- ]?blocker",
    r"your (?:support|contribution|browser|account)",
    r"our (?:app|website|coverage|reporting|journalism|newsroom|terms)", r"privacy policy",
    r"refresh (?:the|your) (?:page|browser)",
    r"abonn(?:ement|ements|ieren|enten|é|és|ez|er)", r"digitalabo", r"probeabo", r"benachrichtigung(?:en)?",
    r"(?:registrieren|melden) sie sich", r"anmeldung", r"spenden?", r"ihre unterstützung", r"werbefrei", r"einloggen",
    r"lettres? d['’]information", r"infolettre", r"inscri(?:vez|ption)", r"connectez-vous", r"dons?", r"soutenez",
    r"votre soutien",
    r"votre (?:compte|navigateur)", r"suscr[ií](?:be|bete|birse|pción|pciones|ptor|ptores)", r"bolet(?:ín|ines)",
    r"notificaciones", r"reg[ií]strate", r"inici(?:a|ar) sesión", r"donaci(?:ón|ones)",
    r"tu (?:apoyo|cuenta|navegador)",
    "订阅", "公众号", "关注我们", "登录", "注册", "客户端", "二维码", "点击下载", "推送", "捐款", "支持我们",
)  # fmt: skip
# What it says of itself: no sign alone, for a report may be about the press.
PRESS = _words(
    "journalism", "reporters", "newsroom", "reporting", "paywalls?", "advertising", "adverts?", "supporters?",
    "readers?",
    "journalismus", "redaktion", "werbung", "leser(?:innen)?", "journalisme", "rédaction", "publicité", "lecteurs",
    "periodismo", "redacción", "publicidad", "lectores", "browser", "app", "新闻报道", "读者",
)  # fmt: skip

# The reader is spoken to.
ADDRESSED = re.compile(
    r"\b(?:you|your|yours|vous|votre|vos|usted|ustedes|tus?|dein|deine|deinen|dich|dir)\b|您|你"
    r"|(?-i:\b(?:Sie|Ihnen|Ihr|Ihre|Ihren|Ihrem|Ihrer)\b)", re.I)  # fmt: skip
CALL = re.compile(
    r"^\W*(?:please|subscribe|sign (?:up|in)|log in|register|donate|support|join|click|follow|download|stay"
    r"|become|upgrade"
    r"|get|don['’]t miss|thank you|thanks for|enter|try|continue|create|help|share|already|want|not a|enjoy"
    r"|bitte|abonnieren|melden|lesen sie|unterstützen|jetzt|folgen|laden|klicken|registrieren|testen|verpassen"
    r"|danke|vielen dank"
    r"|erhalten|abonnez|inscrivez|connectez|soutenez|recevez|suivez|téléchargez|cliquez|merci|rejoignez|déjà|profitez"
    r"|suscr[ií]bete|reg[ií]strate|inicia|apoya|recibe|sigue|síguenos|descarga|haz|gracias|únete|hazte"
    r"|请|欢迎|扫码|扫描|点击|关注|下载|订阅)(?:\b|(?<=[\u4e00-\u9fff]))", re.I)  # fmt: skip

# The house speaks of itself.
HOUSE = _words("we", "us", "our", "ours", "wir", "uns", "unser(?:e|en|em|er|es)?", "nous", "notre", "nos", "nosotros",
               "nuestr[oa]s?", "我们", "本报", "本网", "本站")  # fmt: skip
SELF = _words(
    "this (?:article|story|report|piece|post|headline|version|transcript)", "an earlier version",
    "a previous version",
    "editor['’]?s['’]? note", "dieser (?:artikel|text|beitrag)", "diesem (?:artikel|text|beitrag)",
    "eine frühere version",
    "anmerkung der redaktion", "cet article", "une version précédente", "note de la rédaction",
    "este (?:artículo|texto|reportaje)", "una versión anterior", "nota de la redacción", "本文", "编者按",
)  # fmt: skip
AMENDED = _words(
    "amended", "updated", "corrected", "corrects?", "correction", "clarif(?:y|ied|ication)", "misstated",
    "originally",
    "first (?:published|appeared)", "translated", "edited", "produced", "incorrectly", "republished", "note",
    "aktualisiert", "korrigiert", "korrektur", "berichtigt", "zuerst", "übersetzt", "ergänzt", "anmerkung",
    "mis à jour", "modifié", "corrigé", "rectificatif", "traduit", "actualizado", "corregido", "corrección",
    "traducido",
    "publicado originalmente", "更新", "更正", "首发", "转载", "编译", "编者按",
)  # fmt: skip
# What a newsroom says of how it works.
TRADE = _words("sources?", "journalists?", "editors?", "reporters?", "article", "anonym(?:ous|ity)", "verify",
    "corroborate",
               "fact-check(?:ed|ing)?", "guidelines", "quelle[n]?", "journalist(?:en|in|innen)?", "redakteure?",
               "anonyme?[nr]?",
               "sources?", "journalistes?", "rédacteurs?", "anonymes?", "fuentes?", "periodistas?", "editore?s?",
               "anónim[oa]s?",
               "消息来源", "记者", "编辑", "匿名")  # fmt: skip

SAID = _words("said", "says", "say", "told", "tells", "according to", "wrote", "added", "sagte", "sagt",
    "erklärte", "zufolge",
              "laut", "a (?:dit|déclaré|affirmé|expliqué)", "selon", "dijo", "declaró", "afirmó", "según", "表示",
              "称", "指出")  # fmt: skip

CONTRIBUTED = re.compile(
    r"^\W*(?:additional |further )?(?:reporting|editing|writing|research|translation|graphics)(?: and \w+)? by\b"
    r"|\bcontributed (?:reporting|research|to (?:this|the) (?:report|story|article|research|reporting))\b"
    r"|^\W*(?:mit (?:material|informationen) von|mit dpa|avec (?:l['’])?(?:afp|reuters)|con información de"
    r"|redaktion(?:elle mitarbeit)?:"
    r"|mitarbeit:|（?(?:责任)?编辑[:：]|（?校对[:：])", re.I)  # fmt: skip
RIGHTS = re.compile(
    r"^\W*(?:copyright\b|\(c\)|©|版权所有)|\ball rights reserved\b|\balle rechte vorbehalten\b|\btous droits réservés\b"
    r"|\btodos los derechos reservados\b|\b(?:may|must) not be (?:copied|reproduced|redistributed)\b|版权所有"
    r"|未经.{0,8}许可|转载请注明",
    re.I)  # fmt: skip
READ_ALSO = re.compile(
    r"^\W*(?:(?:read (?:more|also|next|on)|see also|lesen sie (?:auch|mehr|dazu)|mehr zum thema|auch interessant"
    r"|lire (?:aussi|la suite)|à lire (?:aussi|également)|sur le même sujet|voir aussi|lea? también|te puede interesar"
    r"|延伸阅读|相关阅读|推荐阅读)\b(?:\s*[:：>›»–—-]|[^.!?。]{0,80}$)"
    r"|(?:related(?: (?:articles|stories|content|news))?|more (?:on|from) [^.:]{2,40}|weitere artikel|relacionado)"
    r"\s*[:：>›»])", re.I)  # fmt: skip

_CREDITS = (
    r"getty(?: images)?|afp|ap|reuters|epa|efe|dpa|pa(?: wire| media)?|shutterstock|bloomberg|xinhua|tass|imago"
    r"|istock|alamy"
    r"|picture[- ]alliance|keystone|anp|belga|ansa|zuma(?: press)?|rex|nurphoto|sipa|abaca|新华社|中新社|视觉中国"
    r"|路透社?|法新社?"
)
CREDIT_PREFIX = re.compile(
    r"^\W*(?:(?:file |stock )?(?:photo|image|picture|pic|illustration|graphic)s?(?: credit| by| illustration)?"
    r"|credit|foto|bild|grafik"
    r"|photographie|crédit(?: photo)?|légende|imagen|fotografía|crédito|图片?(?:来源)?|摄影|图源)\s*[:：/"
    r"|]", re.I)  # fmt: skip
CREDIT_END = re.compile(
    rf"(?:\((?:[^()]{{0,40}}[/, ])?(?:{_CREDITS})(?:[/ ][^()]{{0,30}})?\)|[/"
    rf"|©]\s*(?:{_CREDITS})(?:[/ ][\w .-]{{0,30}})?"
    r"|（[^（）]{0,20}(?:新华社|视觉中国|图|摄)[^（）]{0,12}）)\s*$", re.I)  # fmt: skip

BYLINE = re.compile(
    r"^\W*(?:by|von|par|por|text|autor(?:in|en)?|author|auteur|作者|文|记者|撰文)(?:\s*[:：/／|]\s*|\s+)(?=\S)"
    r"(?P<names>.+)$", re.I)  # fmt: skip
DATE_LABEL = re.compile(
    r"^\W*(?:first |last |originally )?(?:published|posted|updated|modified|date|veröffentlicht|aktualisiert"
    r"|erschienen|stand|datum"
    r"|publi[ée]|mis à jour|publicado|actualizado|fecha|发布时间|更新时间|发布于|日期)"
    r"\s*(?:[:：]|\b(?:on|at|am|um|le|à|el|a las)\b)?\s*", re.I)  # fmt: skip
READING_TIME = re.compile(
    r"^\W*(?:\d{1,3}\s*[- ]?(?:min(?:ute)?s?\.?|minuten|minutos|分钟)(?: (?:read|lesezeit|de lecture|de lectura|阅读))?"
    r"|(?:lesezeit|reading time|temps de lecture|lectura)\b.{0,20})\W*$", re.I)  # fmt: skip
CONTINUES = re.compile(
    r"\b(?:continue reading|to continue reading|read the full|keep reading|unlock this article"
    r"|subscribers? only|for subscribers"
    r"|subscribe to (?:read|continue|unlock)|already a subscriber|weiterlesen|jetzt weiterlesen"
    r"|nur für abonnenten|artikel freischalten|mit .{0,20}abo lesen"
    r"|réservé aux abonnés|lire la suite|pour lire la suite|article réservé|seguir leyendo"
    r"|solo para suscriptores|sigue leyendo)\b"
    r"|阅读全文|付费阅读|会员专享|登录后阅读", re.I)  # fmt: skip
