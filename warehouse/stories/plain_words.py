"""Capitalised words that name nobody: days and months, titles, agencies, adjectives of countries, German nouns."""

from __future__ import annotations

import re
from functools import lru_cache


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Names and abbreviations of months and weekdays in en, de, fr, es. French and Spanish ones are capitalised at the
# beginning of a sentence and in headlines.
CALENDAR = _words(
    """
    monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays
    sundays mon tue tues wed weds thu thur thurs fri sat sun january february march april may june july august
    september october november december jan feb mar apr jun jul aug sep sept oct nov dec montag dienstag mittwoch
    donnerstag freitag samstag sonnabend sonntag montags dienstags mittwochs donnerstags freitags samstags sonntags
    montagabend dienstagabend mittwochabend donnerstagabend freitagabend samstagabend sonntagabend montagmorgen
    dienstagmorgen mittwochmorgen donnerstagmorgen freitagmorgen mo di mi do fr sa so januar jänner februar feber
    märz mai juni juli oktober dezember jän mär mrz okt dez lundi mardi mercredi jeudi vendredi samedi dimanche
    janvier février mars avril juin juillet août septembre octobre novembre décembre janv févr fév avr juil déc
    lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril mayo junio julio agosto
    septiembre setiembre octubre noviembre diciembre ene abr ago dic
    """
)
_DIGIT_ZH = r"[一二三四五六七八九十\d]{1,3}"
_CALENDAR_ZH = re.compile(rf"{_DIGIT_ZH}月(?:份|{_DIGIT_ZH}[日号])?|(?:星期|周|週|礼拜)[一二三四五六日天]")

# Words that stand in capitals beside a name or instead of one: alone they say not who.
TITLES = _words(
    """
    mr mrs ms miss dr prof professor sir lord lady president vice minister ministers secretary senator senators sen
    rep reps gov governor chairman chairwoman chair chief ceo cfo judge justice commissioner director spokesman
    spokeswoman spokesperson officer executive commander colonel captain attorney general premier chancellor
    ambassador deputy herr frau präsident präsidentin ministerin kanzler kanzlerin sprecher sprecherin chef chefin
    kollege m mme monsieur madame président présidente ministre señor señora presidente presidenta ministro ministra
    """
)
ORDINARY = _words(
    """
    act acts bill bills law laws article section chapter part list order orders rule rules regulation directive
    court courts ministry department agency authority committee commission office bureau state states government
    governments company companies group groups internet web app apps news media press photo photos image images
    video videos getty watch read updated update live breaking exclusive opinion analysis advertisement newsletter
    subscribe share link links north south east west northern southern eastern western plus ltd inc corp gmbh
    together meanwhile however yesterday today tomorrow officials analysts experts sources people critics lawmakers
    regulators yes no one two three four five six seven eight nine ten first second third last next new état états
    etat etats gouvernement réseaux intérieur estado estados gobierno covid english french german chinese
    """
)
# Said of a country: the country is the name.
OF_COUNTRIES = _words(
    """
    american americans british britons briton canadian canadians chinese danish dane danes dutch english european
    europeans finnish french german germans greek hungarian indian indians irish israeli israelis italian italians
    japanese korean koreans mexican norwegian pakistani polish portuguese russian russians saudi spanish swedish
    swiss taiwanese turkish ukrainian ukrainians vietnamese australian australians brazilian austrian belgian czech
    iranian asian african arab western deutsche deutschen deutscher deutsches französische russische chinesische
    europäische amerikanische européen européens européenne américain américains chinois français allemand russe
    russes
    """
)

# Agencies and papers that reports lean on. They take part only where a headline says so, or a watch-list.
AGENCIES = frozenset((
    "reuters", "afp", "agence france-presse", "agence france presse", "dpa", "ap", "associated press", "bloomberg",
    "bloomberg news", "xinhua", "xinhua news agency", "efe", "europa press", "ansa", "tass", "interfax", "kyodo",
    "kyodo news", "yonhap", "yonhap news agency", "pti", "press trust", "press trust of india", "ani", "ians", "apa",
    "sda", "keystone-sda", "belga", "anp", "ritzau", "tt", "ntb", "pap", "ria novosti", "upi", "united press",
    "pa media", "press association", "epd", "kna", "dow jones", "dow jones newswires", "getty images", "cnbc", "cnn",
    "bbc", "bbc news", "nbc news", "cbs news", "abc news", "fox news", "npr", "financial times", "wall street journal",
    "new york times", "washington post", "guardian", "times", "post", "journal", "economist", "politico", "axios",
    "handelsblatt", "spiegel", "süddeutsche zeitung", "frankfurter allgemeine", "frankfurter allgemeine zeitung", "faz",
    "le monde", "le figaro", "les échos", "libération", "el país", "el mundo", "nikkei", "nikkei asia",
    "south china morning post", "global times", "sputnik", "itar-tass", "nyt", "wsj", "agentur", "nachrichtenagentur",
))  # fmt: skip

# German nouns as they stand, and as the last part of a compound (Rechenzentren, Arbeitsplätze).
NOUNS = _words(
    """
    abend abende abgabe abhängigkeit abkommen absatz abteilung aktie aktien aktion alltag anbieter anfang anfrage
    angabe angaben angebot angebote angriff angriffe anlage anlagen anspruch anteil anteile antrag anträge antwort
    anwalt anwälte anwendung anwendungen arbeit arbeiten art aufgabe aufgaben auftrag aufträge aufsicht ausfall
    ausfuhr ausgabe ausgaben ausgang ausnahme ausnahmen aussage ausschuss auswirkungen autor autoren bau bausteine
    bedarf bedenken bedingung bedingungen bedrohung begriff behauptung beispiel beispiele beitrag beiträge bereich
    bereiche bericht berichte beschäftigte beschäftigten bescheid beschluss beschlüsse beschwerde beschwerden
    besetzung besitz betreiber betrieb betriebe bevölkerung bewehrung beweis beziehung bilanz bild bilder bildschirm
    branche bruch brücke buch bücher bühne bürger bürgerin bürgern büro chance chancen chip chips chipfabrik cloud
    daten datum dauer debatte deutung dienst dienste dienstleister ding dinge dokument dokumente druck durchschnitt
    ebene ecke eigentum eigentümer einfluss einführung eingriff einheit einigung einkauf einnahmen einsatz
    einschätzung einstieg eltern empfänger ende energie entscheidung entscheidungen entwicklung entwurf erfolg
    erfolge ergebnis ergebnisse erhöhung erklärung erlaubnis ermittler ersatz erwartung erwartungen euro experte
    experten export exporte fabrik fabriken fachleute fall fälle familie fassung fehler feld fernsehen firma firmen
    folge folgen förderung form formen forschung frage fragen frau frauen freiheit frist fristen funktion fähre
    fähren führung fünftel garten gebiet gebäude gefahr gefahren gefühl gefühle gegner gegenzug geld gelder gemeinde
    gemeinden genehmigung genehmigungen geräte gerät gericht gerichte geschäft geschäfte geschichte gesellschaft
    gesetz gesetze gespräch gespräche gewerkschaft gewinn gewinne grenze grenzen grund gründe grundlage gruppe
    gruppen gründung gutachten gut güter hafen hälfte hand handel hände haus haushalt häuser herausforderung
    hersteller herstellers hilfe hilfen hinweis hinweise höhe idee ideen import importe industrie information
    informationen infrastruktur inhalt inhalte inseln insel interesse interessen investition investitionen investor
    investoren jahr jahre jahren jahres jahrhundert jahrzehnt kabel kabinett kampf kanal kapital kapitän karte kauf
    käufer kilometer kind kinder klage klagen klausel kollege kollegen kommentar kommunen konflikt konkurrenz
    konsequenzen kontrolle kontrollen konzern konzerne konzerns kosten kraft kräfte krankenhäuser krankenhaus kredit
    krieg krise kritik kritiker kronen kubikmeter kubikmetern kunde kunden kurs kurzfassung küste lage land länder
    ländern landes leben leitung lernvideos leute lieferung lieferungen liste listen lizenz lizenzen lösung lösungen
    macht mangel mann männer markt märkte maschine maschinen maßnahme maßnahmen material medien meer meeresgrund
    mehrheit meinung meldung meldungen menge mensch menschen messkopf messköpfe meter milliarde milliarden million
    millionen minister ministerien ministerium ministeriums minute minuten mitarbeiter mitglied mitglieder mitte
    mittel mitteln mitteilung modell modelle monat monate monaten monats montage morgen nachfrage nachricht
    nachrichten nacht nähe name namen nation nationen netz netze netzwerk nutzer nutzerin nutzern nutzung nanometer
    nanometern opposition ort orte organisation organisationen paar paket papier partei parteien partner person
    personen pflicht pflichten plan pläne plattform plattformen platz plätze plätzen politik politiker position
    praxis preis preise problem probleme produkt produkte produktion programm programme projekt projekte protokoll
    protokolle prozent prozess prüfung prüfungen punkt punkte quartal quelle quellen rahmen rat rechenzentren
    rechenzentrum rechnung recht rechte rechtsmittel rede reaktion reform regel regeln regelung regelungen regierung
    regierungen region regionen reihe reise richter richterin richtlinie richtung risiko risiken rolle ruf runde
    sabotage sache sanktion sanktionen satz sätze schaden schäden schiff schiffe schluss schritt schritte schule
    schulen schulung schulungen schutz see seite seiten sicherheit sicht sinn sitz sitzung software sohn sommer
    sorge souveränität spitze spitzenchips sprache sprecher staat staaten staates staatsanwaltschaft stadt städte
    stand standort standorte stelle stellen stellungnahme stellvertreter steuer stimme stimmen straße strafe strafen
    strategie streit strom stück studie studien stunde stunden sturm suche summe system systeme tag tage tagen tat
    tätigkeit teil teile teilen team technik technologie technologien test text thema themen tochter tod transparenz
    treuhänder treuhänderin treffen typ übernahme überprüfung umbau umgang umsatz umstellung umzug unabhängigkeit
    union unternehmen unternehmens unterstützung untersuchung untersuchungen urteil urteile variante verantwortung
    verband verbände verbindung verbot verbote verbraucher verdacht verein verfahren verfügung vergangenheit
    vergleich verhalten verhandlung verhandlungen verkauf verkäufe verkehr verlag verlust verluste vermögen
    verordnung verpflichtung version versorgung versuch vertrag verträge vertreter vertrieb verwaltung vetorecht
    viertel volk vorgaben vorhaben vorjahr vorrang vorschlag vorschläge vorsitzende vorstand vorteil vorwurf
    vorwürfe waffen wahl wahlen ware waren wasser wechsel weg wege weise welle wellen welt werk werke wert werte
    wettbewerb widerspruch widerstand wind winter wirkung wirtschaft wissenschaft woche wochen wohnung wort worte
    wunsch zahl zahlen zahlung zeichen zeile zeit zeiten zeitplan zeitung zeitungen zentrum zentren ziel ziele
    zimmer zinsen zoll zölle zollunion zufall zug zugang zugriff zugriffe zukunft zusammenarbeit zusammenhang
    zustand zustimmung zweck zweifel zweig zwischenhändler glashütte kleingeld algorithmus frachter spiegel linsen
    linse optik lithografie empfehlung staatssekretär staatssekretärin abgeordnete abgeordneter abgeordneten
    ministerin bürgermeister bürgermeisterin werksleiter werksleiterin videos video app apps engpass engpässe konto
    konten sperre sperren amt ämter personal nummer makro stempel anker probe zähler bremse versorger prognose
    melder spur vertrauen server hülle denken behörde polizei tagblatt blatt blätter schrift post brief tabelle
    kanzlei anteilseigner gremium zulieferer halbleiter rohstoff rohstoffe exporteur importeur subvention
    subventionen bank banken fonds tagesordnung
    """
)
_ENDINGS = ("ung", "ungen", "heit", "heiten", "keit", "keiten", "schaft", "schaften", "ismus", "tät", "täten", "nisse")
_INFLECTED = ("en", "es", "n", "e", "s")
_LONGEST = max(len(noun) for noun in NOUNS)
# What a body's name ends in: as part of a longer word it does name somebody (Bundesnetzagentur, Landesrechnungshof).
_BODIES = (
    "agentur", "amt", "behörde", "bund", "gericht", "gerichts", "gerichtshof", "hof", "institut", "kammer",
    "kommission", "ministerium", "ministeriums", "polizei", "rat", "senat", "tag", "universität",
    "verband", "verwaltung", "werk", "zentrale", "anwaltschaft", "wehr", "wache", "union",
)  # fmt: skip
# Heads of a body's name of several words: Bundesamt für Sicherheit, Gewerkschaft der Polizei.
_HEADS = (*_BODIES, "gewerkschaft", "verein", "partei", "akademie", "stiftung", "allianz", "initiative")


@lru_cache(maxsize=50_000)
def is_calendar(word: str) -> bool:
    """Whether it is a month or a weekday in en, de, fr, es or zh, abbreviated or not."""
    if len(word) <= 3 and word.isupper():
        return False  # MI, SEP, DEC: somebody's initials
    return word.lower().rstrip(".") in CALENDAR or _CALENDAR_ZH.fullmatch(word) is not None


@lru_cache(maxsize=50_000)
def is_noun(word: str) -> bool:
    """Whether a capitalised German word is an ordinary noun, or one put together with such (also with a hyphen).

    Bodies are not: Bundesnetzagentur, Verwaltungsgericht.
    """
    lowered = word.lower().rpartition("-")[2]
    if lowered in NOUNS or any(lowered.endswith(end) and lowered[: -len(end)] in NOUNS for end in _INFLECTED):
        return True
    if is_body(word):
        return False
    if lowered.endswith(_ENDINGS) and len(lowered) >= 7:
        return True
    return any(
        lowered[at:] in NOUNS or any(lowered.endswith(end) and lowered[at : -len(end)] in NOUNS for end in _INFLECTED)
        for at in range(max(3, len(lowered) - _LONGEST), len(lowered) - 3)
    )


@lru_cache(maxsize=50_000)
def is_body(word: str) -> bool:
    """Whether a German word of one piece names a body: Bundesnetzagentur, Landesrechnungshof."""
    lowered = word.lower()
    return any(lowered.endswith(body) and len(lowered) >= len(body) + 4 for body in _BODIES)


@lru_cache(maxsize=50_000)
def is_head(word: str) -> bool:
    """Whether the name of a body begins with it: Bundesamt für Sicherheit, Gewerkschaft der Polizei."""
    return word.lower().endswith(_HEADS)
