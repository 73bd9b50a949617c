"""Topics by words: found in five languages, and not found where words only look alike."""

from __future__ import annotations

import pickle
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.load import load_house, shipped_folder
from extractors.topics import TopicMatcher
from extractors.word_forms import forms_of, is_acronym, split_words


@dataclass(frozen=True)
class Entity:
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Topic:
    id: str = "t"
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    entities: tuple[Entity, ...] = ()
    false_friends: tuple[str, ...] = ()


@cache
def shipped() -> TopicMatcher:
    return TopicMatcher(load_house(shipped_folder()).topics)


def found(title: str, body: str = "", language: str | None = "en", lead: str = "") -> list[str]:
    return [match.topic_id for match in shipped().match(title, lead, body, language)]


FILLER = "The council met for three hours on Tuesday and talked about roads, schools and the weather. " * 14

ON_TOPIC = [
    ("en", "app-bans", "House passes bill that could lead to a TikTok ban", "The bill gives ByteDance six months."),
    ("en", "app-bans", "Ministers told to remove app from phones",
     "TikTok must go from government devices, the cabinet office said, citing its Chinese-owned parent ByteDance."),
    ("en", "divestiture", "Court upholds divestiture order against chipmaker's owner", ""),
    ("en", "investment-screening", "Panel clears port sale after national security review",
     "CFIUS found no reason to object."),
    ("en", "data-localisation", "Watchdog fines firm over transfers",
     "Its cross-border data flows lacked an adequacy decision."),
    ("en", "export-controls", "Washington tightens export controls on AI chips", ""),
    ("en", "export-controls", "Nvidia's H20 stays home",
     "Sales of the H20 by Nvidia need a permit, the Commerce Department said."),
    ("en", "vendor-bans", "Berlin to phase out Huawei by 2029", "Huawei parts are to go from the 5G network core."),
    ("en", "cloud-sovereignty", "Ministries look for European alternatives to Office",
     "Digital sovereignty is the aim."),
    ("en", "semiconductors", "State aid for new fab approved",
     "Infineon will get subsidies for its semiconductor plant."),
    ("en", "subsea-cables", "Undersea cables cut between Finland and Estonia", ""),
    ("en", "ai-sovereignty", "Gulf state bets on sovereign AI", ""),
    ("en", "platform-regulation", "Brussels fines Meta under the Digital Markets Act", ""),
    ("en", "economic-coercion", "EU weighs anti-coercion instrument", ""),
    ("en", "standards-security", "Chat control vote postponed again", ""),
    ("de", "app-bans", "Österreich prüft TikTok-Verbot auf Diensthandys", ""),
    ("de", "divestiture", "Gericht bestätigt Zwangsverkauf", "Der Eigentümer muss seine Anteile abgeben."),
    ("de", "investment-screening", "Kabinett verschärft Investitionsprüfungen", ""),
    ("de", "data-localisation", "Gericht kippt Angemessenheitsbeschluss", "Max Schrems hatte geklagt."),
    ("de", "export-controls", "Den Haag verschärft Chip-Exportkontrollen", "ASML ist betroffen."),
    ("de", "export-controls", "Neues Exportkontrollregime für Maschinen", ""),
    ("de", "vendor-bans", "Huawei muss aus dem 5G-Netz", "Kritische Komponenten von Huawei werden verboten."),
    ("de", "cloud-sovereignty", "Schleswig-Holstein setzt auf digitale Souveränität", ""),
    ("de", "cloud-sovereignty", "Bund warnt vor Abhängigkeit von US-Konzernen", ""),
    ("de", "semiconductors", "Halbleiterförderung: Brüssel genehmigt Chipfabriken in Dresden", ""),
    ("de", "subsea-cables", "Sabotage an Seekabeln in der Ostsee", ""),
    ("de", "ai-sovereignty", "Bewerber für KI-Gigafabriken stehen fest", ""),
    ("de", "platform-regulation", "EU-Kommission verhängt Bußgeld gegen Apple", "Apple verstieß gegen den DMA."),
    ("de", "standards-security", "Innenminister streiten über die Chatkontrolle", ""),
    ("fr", "app-bans", "Le Parlement veut interdire TikTok aux moins de quinze ans", ""),
    ("fr", "investment-screening", "Bercy durcit le contrôle des investissements étrangers", ""),
    ("fr", "data-localisation", "La justice annule la décision d’adéquation", "La CNIL devra réexaminer les dossiers."),
    ("fr", "export-controls", "La Chine renforce ses contrôles à l'exportation",
     "Le gallium et le germanium sont visés."),
    ("fr", "cloud-sovereignty", "L'État mise sur un cloud souverain",
     "La souveraineté numérique passe par SecNumCloud."),
    ("fr", "semiconductors", "Une usine de semi-conducteurs près de Grenoble", ""),
    ("fr", "subsea-cables", "Un câble sous-marin sectionné en Baltique", ""),
    ("fr", "ai-sovereignty", "Paris rêve d’IA souveraine", ""),
    ("fr", "platform-regulation", "Meta écope d'une amende de Bruxelles", "La Commission européenne invoque le DSA."),
    ("es", "app-bans", "El Gobierno estudia prohibir TikTok en los móviles oficiales", ""),
    ("es", "vendor-bans", "España veta a Huawei en sus redes 5G", ""),
    ("es", "investment-screening", "El Consejo de Ministros prorroga el escudo antiopas", ""),
    ("es", "export-controls", "Pekín impone controles a la exportación de tierras raras", ""),
    ("es", "cloud-sovereignty", "La soberanía tecnológica, prioridad de Bruselas", ""),
    ("es", "semiconductors", "Nueva fábrica de semiconductores en Málaga", ""),
    ("es", "subsea-cables", "Cortan dos cables submarinos en el Báltico", ""),
    ("zh", "app-bans", "美国最高法院维持TikTok 禁令", "字节跳动 表示将上诉。"),
    ("zh", "divestiture", "荷兰政府接管安世半导体", "闻泰科技称此举无异于强制剥离。"),
    ("zh", "export-controls", "商务部宣布稀土出口新规", "新规涉及两用物项出口许可。"),
    ("zh", "data-localisation", "网信办发布数据出境新规定", ""),
    ("zh", "vendor-bans", "德国将在5G网络中禁用华为", ""),
    ("zh", "cloud-sovereignty", "欧盟推动数字主权计划", ""),
    ("zh", "semiconductors", "美国芯片法案补贴名单公布", ""),
    ("zh", "subsea-cables", "波罗的海海底电缆再遭破坏", ""),
    ("zh", "ai-sovereignty", "国产大模型用上国产算力", ""),
]  # fmt: skip

PHONE = (
    "The new Xiaomi flagship has a bright screen, a fast Qualcomm chip and a camera made with Leica. It beats the "
    "Huawei and Samsung models that we tested in the spring, and costs less than Apple's. Google apps are on board, "
    "TikTok videos look sharp, and the battery lasts two days. There is no charger in the box, which may be banned "
    "soon anyway. "
)
OFF_TOPIC = [
    ("en", "Xiaomi 15 Ultra review: the camera to beat", PHONE * 3),
    ("en", "TikTok star banned from stadium after pitch invasion",
     "The TikTok star got a two-year ban, the club said. His TikTok videos had millions of views." + FILLER),
    ("en", "Meta-analysis finds coffee does little harm", "The target was met, the oracle of nutrition said."),
    ("en", "Apple harvest down a third after hail", "Growers in Kent want subsidies. Amazon sells their cider."),
    ("en", "Tariffs on washing machines start on Monday", "Retaliation is expected. Samsung raised prices." + FILLER),
    ("en", "City council fined for late accounts", "Regulators said that the fine was small."),
    ("en", "Nvidia shares hit record as results beat hopes", "Investors cheered. AMD and Intel rose too."),
    ("en", "Amazon to open three warehouses in Ohio", "Google and Microsoft hire there as well."),
    ("en", "The best cloud storage for your photos", "Microsoft and Google compete on price."),
    ("en", "Baltic Sea beaches see record heat", "Swimmers flocked to the water."),
    ("en", "Ofcom chair steps down", "The regulator thanked her."),
    ("de", "Xiaomi-Smartphone im Test: viel Kamera für wenig Geld",
     "Das neue Gerät von Xiaomi schlägt Huawei und Samsung. Der Akku hält zwei Tage."),
    ("de", "Bis Freitag bleibt es in Dresden sonnig", "An der Ostsee weht der Wind kräftig."),
    ("de", "TikTok-Star heiratet auf Mallorca", "Das TikTok-Video sahen Millionen."),
    ("de", "Verwaltung schließt zwischen den Jahren", "Anträge sind online möglich."),
    ("fr", "Le nouveau Samsung se plie sans se rompre", "Apple prépare sa réponse, dit-on à Paris."),
    ("fr", "Une vidéo TikTok vaut la gloire à un boulanger", "Le compte TikTok a gagné un million d'abonnés."),
    ("fr", "Amende pour excès de vitesse : ce qui change", "Les conducteurs devront payer plus."),
    ("es", "El equipo logra la meta de los cien goles", "La meta era ganar, dijo el entrenador."),
    ("es", "Los mejores móviles baratos de Xiaomi", "Comparamos cinco modelos de Xiaomi, Huawei y Samsung."),
    ("es", "Multa a un conductor por usar el móvil", "La Guardia Civil lo detuvo en Bilbao."),
    ("zh", "小米新手机评测：拍照出色", "小米新机的屏幕和电池都优于华为和三星同级产品。"),
    ("zh", "抖音视频让小镇面馆走红", "老板说每天要排队两个小时。"),
    ("zh", "周末天气晴朗，气温回升", "气象台提醒市民注意防晒。"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "topic", "title", "body"), ON_TOPIC)
def test_on_topic(language: str, topic: str, title: str, body: str) -> None:
    assert topic in found(title, body, language)
    assert topic in found(title, body, None)  # the same where the language is not known


@pytest.mark.parametrize(("language", "title", "body"), OFF_TOPIC)
def test_off_topic(language: str, title: str, body: str) -> None:
    assert found(title, body, language) == []


def one(topic: Topic, title: str = "", body: str = "", language: str | None = "en", lead: str = "") -> float:
    """The weight of the only topic, 0 where it does not match."""
    matches = TopicMatcher([topic]).match(title, lead, body, language)
    return matches[0].weight if matches else 0.0


def test_a_phrase_counts_three_in_title_or_lead_and_one_in_the_body() -> None:
    topic = Topic(phrases={"en": ("subsea cable",)})
    assert one(topic, title="Subsea cables cut") == 3.0
    assert one(topic, lead="Two subsea cables were cut") == 3.0
    assert one(topic, body="Two SUBSEA CABLES were cut") == 1.0
    assert one(topic, title="Subsea cables", body="subsea cable, subsea cable") == 3.0
    assert one(topic, title="Subsea", lead="cables") == 0.0  # no phrase runs from the title into the lead


def test_weak_words_need_one_another() -> None:
    topic = Topic(terms={"en": ("lithography",
     "gallium")}, context={"en": ("blacklist",)}, entities=(Entity("Nvidia"),))
    assert one(topic, title="Lithography show opens") == 0.0
    assert one(topic, title="Lithography needs gallium") == 3.0
    assert one(topic, title="Nvidia and gallium") == 2.25
    assert one(topic, title="Nvidia on blacklist") == 1.5
    assert one(topic, title="Gallium on blacklist") == 0.0
    assert one(topic, title="Nvidia, Nvidia") == 0.0


def test_weak_words_must_stand_close_and_in_two_places_of_a_long_text() -> None:
    topic = Topic(terms={"en": ("lithography", "gallium", "wafer")})
    assert one(topic, body="Lithography needs gallium.") > 0  # a brief has no room to say it twice
    assert one(topic, body=FILLER + "Lithography needs gallium." + FILLER) == 0.0
    assert one(topic, body="Lithography. " + FILLER + "Gallium. " + FILLER) == 0.0
    assert one(topic, body=FILLER + "Lithography needs gallium." + FILLER + "Gallium on a wafer.") > 0
    assert one(topic, body=("Lithography needs gallium. " + FILLER) * 3) == 0.0  # the same two words, a refrain
    assert one(topic, title="Gallium", body=FILLER + "Lithography needs gallium." + FILLER) > 0


def test_false_friends_hide_their_words_and_no_others() -> None:
    topic = Topic(phrases={"en": ("TikTok",)}, false_friends=("TikTok star",))
    assert one(topic, title="TikTok stars dance") == 0.0
    assert one(topic, title="TikTok stars leave TikTok") == 3.0


def test_words_are_whole_in_latin_script_and_parts_in_chinese() -> None:
    topic = Topic(phrases={"en": ("chip",), "zh": ("芯片",)})
    assert one(topic, title="Chipmunks and microchip") == 0.0
    assert one(topic, title="Chips, chips, chips") == 3.0
    assert one(topic, title="国产芯片突围", language="zh") == 3.0


def test_case_counts_for_acronyms_and_the_first_letter_of_names() -> None:
    topic = Topic(phrases={"en": ("BIS",)}, entities=(Entity("Meta"),), context={"en": ("fined",)})
    assert one(topic, title="Bis morgen", language="de") == 0.0
    assert one(topic, title="BIS schreibt", language="de") == 3.0
    assert one(topic, title="The meta was fined") == 0.0
    assert one(topic, title="META was Fined") == 1.5


def test_hyphens_apostrophes_and_possessives_do_not_matter() -> None:
    topic = Topic(phrases={"en": ("export control",), "fr": ("souveraineté de l'IA",), "de": ("TikTok-Verbot",)})
    for title in ("Export-control rules", "China’s export controls’ effect", "La souveraineté de l’IA",
     "Das TikTok Verbot"):
        assert one(topic, title=title, language=None) == 3.0


def test_german_compounds_are_looked_into() -> None:
    topic = Topic(phrases={"de": ("Halbleiter", "Exportkontrolle"), "en": ("semiconductor",)})
    for title in ("Halbleiterindustrie wächst", "Neue Chipexportkontrollen", "Exportkontrollrecht",
     "Leistungshalbleiter fehlen"):
        assert one(topic, title=title, language="de") == 3.0
    assert one(topic, title="Halbe Leiter", language="de") == 0.0
    assert one(topic, title="Halbleiterindustrie", language="en") == 0.0


def test_words_of_other_languages_count_only_where_the_language_is_unknown() -> None:
    topic = Topic(phrases={"es": ("multa",), "en": ("penalty",)})
    assert one(topic, title="In multa veritas", language="fr") == 3.0  # the topic has no French: all languages count
    topic = Topic(phrases={"es": ("multa",), "en": ("penalty",), "fr": ("amende",)})
    assert one(topic, title="In multa veritas", language="fr") == 0.0
    assert one(topic, title="Penalty shock", language="fr") == 3.0  # English words stand everywhere
    assert one(topic, title="In multa veritas", language=None) == 3.0
    assert one(topic, title="multa", language="es-MX") == 3.0


def test_an_entity_goes_by_one_name() -> None:
    matcher = TopicMatcher([Topic(terms={"en": ("algorithm",)}, entities=(Entity("ByteDance", ("字节跳动",
     "Bytedance Ltd")),))])
    (match,) = matcher.match("字节跳动 algorithm sale", "", "Bytedance Ltd said so", "zh")
    assert match.entities == ("ByteDance",)
    assert match.terms == ("algorithm",)


def test_matches_come_the_surest_first() -> None:
    topics = [Topic(id=name, phrases={"en": phrases}) for name, phrases in
              [("b", ("beta",)), ("c", ("gamma", "delta")), ("a", ("alpha",))]]  # fmt: skip
    matches = TopicMatcher(topics).match("Beta and gamma", "delta", "alpha", "en")
    assert [(match.topic_id, match.weight) for match in matches] == [("c", 6.0), ("b", 3.0), ("a", 1.0)]


def test_the_matcher_goes_to_other_processes() -> None:
    again = pickle.loads(pickle.dumps(shipped()))
    for language, _, title, body in ON_TOPIC[::5]:
        assert again.match(title, "", body, language) == shipped().match(title, "", body, language)


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(["en", "de", "zh", "xx", None]))
def test_no_text_is_too_odd(title: str, body: str, language: str | None) -> None:
    for match in shipped().match(title, title, body, language):
        assert match.weight > 0
        assert match.terms


@given(st.sampled_from(["en", "de", "fr", "es", "zh"]), st.text(st.characters(categories=["L"]), min_size=1))
def test_a_word_is_one_of_its_own_forms(language: str, word: str) -> None:
    assert word.casefold() in forms_of(word, language)


def test_forms_and_acronyms() -> None:
    assert {"company", "companies"} <= forms_of("company", "en")
    assert {"digitale", "digitaler", "digitalen"} <= forms_of("digitale", "de")
    assert {"contrôle", "contrôles"} <= forms_of("contrôle", "fr")
    assert {"prohibición", "prohibiciones"} <= forms_of("prohibición", "es")
    assert forms_of("act", "en") == {"act"}
    assert all(map(is_acronym, ("DSA", "ASML", "SMIC")))
    assert not any(map(is_acronym, ("H20", "Meta", "X", "SECNUMCLOUD")))
    assert split_words("l’IA, TikTok-Verbot 5G芯片") == ["l", "IA", "TikTok", "Verbot", "5G"]


def test_two_thousand_articles_of_500_words_a_second() -> None:
    """Half of that is asked for, because the machine that runs the tests may be busy."""
    text = (
        "the ministry said on Tuesday that it would ban foreign suppliers of network equipment, and that data of "
        "citizens must stay; chips, exports and cables were named too, with billions for a plant near the river"
    )
    words = text.split()
    body = " ".join((words * 20)[:500])
    matcher = shipped()
    matcher.match("warm up", "", body, "en")
    rates = []
    for _ in range(3):
        begun = time.process_time()
        for number in range(200):
            matcher.match(f"Report {number}", "", body, "en")
        rates.append(200 / (time.process_time() - begun))
    assert max(rates) > 1_000
