"""Reports of one template with varied facts: what no detector should take for copies. All names are invented.

A template is a title, sentences with slots, and a name; `fill` gives one report. Some templates are held out of
training (`HELD_OUT`), to measure false positives on shapes that were never seen.
"""

from __future__ import annotations

import random
import re
from typing import Final


def _names(listed: str) -> list[str]:
    return listed.split(",")


COMPANIES: Final = _names(
    "Alvero Systems,Brightwater Foods,Calder Rail,Dorsina Chemicals,Elmgate Bank,Farrow Semiconductor,"
    "Gildon Motors,Hartwell Energy,Istria Telecom,Jorvik Shipping,Kelmar Pharma,Lindqvist Paper,Morvane Retail,"
    "Nordhav Fisheries,Ostrava Steel,Penhallow Insurance,Quarrion Mining,Redmarsh Airlines,Solvane Solar,"
    "Tarrant Media,Ulverton Homes,Vestmark Robotics,Wexcombe Cloud,Yarrowby Breweries,Zandvoort Logistics,"
    "Amberley Optics,Cortane Software"
)
PEOPLE: Final = _names(
    "Anna Keller,Boris Hain,Carla Mendes,David Okoro,Elena Novak,Frank Ditmar,Greta Lund,Hassan Rafi,"
    "Ines Carvalho,Jonas Brandt,Katya Morozova,Liam Farrell,Marta Kowal,Nils Aaberg,Olga Petrenko,Pedro Alvim,"
    "Quentin Marsh,Rosa Tamayo,Stefan Ilic,Tomas Hruby,Ursula Weiss,Viktor Sand,Wanda Pryce,Yusuf Demir,"
    "Zoe Lambert,Arthur Bell"
)
CITIES: Final = _names(
    "Aldermoor,Brennstadt,Castelora,Dunmarrow,Eskford,Fontenay,Grimsund,Halvora,Ilmenau,Jarrow Bay,Kirkwall,"
    "Lendava,Montsec,Narvenna,Oxmere,Pellworm,Quiberon,Rostova,Saltholm,Tavira,Umbria Falls,Varese,Westray,"
    "Ysselmond,Zadarka"
)
PRODUCTS: Final = _names(
    "Kestrel Server,Marlin Database,Osprey Gateway,Tundra OS,Willow Mail,Quartz Router,Heron Browser,"
    "Basalt Storage,Lynx Firewall,Juniper Notes,Cobalt Sync,Falcon Build,Otter Queue,Sparrow Cache,"
    "Drift Editor,Onyx Vault"
)
MONTHS: Final = _names(
    "January,February,March,April,May,June,July,August,September,October,November,December"
)
DAYS: Final = _names(
    "Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday"
)
COUNTRIES: Final = _names(
    "Norland,Estavia,Corvania,Tarmark,Ruvenia,Ostland,Belmora,Karistan,Sundara,Velonia"
)
LISTS: Final[dict[str, list[str]]] = {
    "company": COMPANIES, "person": PEOPLE, "city": CITIES, "product": PRODUCTS, "month": MONTHS, "day": DAYS,
    "country": COUNTRIES,
    "up": ["rose", "fell", "climbed", "slipped", "gained", "lost", "advanced", "retreated"],
    "mood": ["cautious", "calm", "nervous", "cheerful", "subdued", "mixed", "brisk", "quiet"],
    "sky": ["sunny", "cloudy", "overcast", "clear", "foggy", "hazy", "stormy", "showery"],
    "wind": ["north", "south", "east", "west", "north-west", "south-east"],
    "crime": ["theft", "fraud", "assault", "burglary", "forgery", "smuggling", "tax evasion", "arson"],
    "cause": ["weak orders", "a new contract", "higher fuel prices", "a recall", "strong exports", "a strike",
              "the sale of a unit", "currency swings", "a cold winter", "talks on a merger"],
    "quarter": ["first", "second", "third", "fourth"],
    "sector": ["chip makers", "banks", "carmakers", "utilities", "retailers", "miners", "airlines", "drug makers"],
    "flaw": ["a buffer overflow", "a race condition", "an injection flaw", "a missing check of permissions",
             "a flaw in the parser", "a use after free", "weak random numbers", "a path traversal"],
    "team": ["Rovers", "United", "Athletic", "Wanderers", "City", "Dynamo", "Rangers", "Harriers"],
    "charge": ["selling arms", "laundering money", "evading the embargo", "running a network of front companies",
               "supplying drone parts", "hiding the owners of tankers"],
    "lang": ["Danish", "Polish", "Korean", "Greek", "Turkish", "Finnish", "Czech"],
    "verdict": ["guilty", "not guilty", "guilty on two counts", "partly guilty"],
}  # fmt: skip

TEMPLATES: Final[dict[str, tuple[str, str]]] = {
    "earnings-a": (
        "{company} reports {quarter}-quarter results",
        "{company} said on {day} that its {quarter}-quarter profit {up} to ${n} million, or {n} cents per share.|"
        "A year earlier the company had earned ${n} million, or {n} cents per share.|"
        "Revenue {up} {p} percent to ${n} million in the period.|"
        "Analysts surveyed by data providers had expected {n} cents per share on revenue of ${n} million.|"
        "The company, based in {city}, pointed to {cause}.|"
        "For the full year it expects revenue in the range of ${n} million to ${n} million.|"
        "Shares of {company} have {up} {p} percent since the beginning of the year.|"
        "This report was generated automatically from data supplied by the company.",
    ),
    "earnings-b": (
        "{company}: earnings snapshot",
        "{city} ({company}) - Net income at {company} came in at {n}.{d} million euros for the three months "
        "to {month}, "
        "the group announced.|"
        "That compares with {n}.{d} million euros in the same months of the previous year.|"
        "Sales were {n} million euros, {up} by {p}.{d} percent, while costs {up} by {p}.{d} percent.|"
        "Chief executive {person} spoke of a {mood} market and named {cause} as the main factor.|"
        "The board will propose a dividend of {d}.{p} euros for each share.|"
        "The next figures are due on {date}.",
    ),
    "market-a": (
        "Stocks close: {mood} session ahead of data",
        "Stocks {up} in a {mood} session on {day}, with {sector} setting the tone.|"
        "The broad index {up} {d}.{p} percent to {n}.{p} points, while the index of smaller companies {up} "
        "{d}.{p} percent.|"
        "Among single names {company} {up} {p} percent after {cause}.|"
        "{company} {up} {d}.{d} percent and {company} {up} {d}.{d} percent.|"
        "In the bond market the yield on ten-year paper stood at {d}.{p} percent after {d}.{p} percent the day before.|"
        "Crude oil settled at ${n}.{p} a barrel. Gold {up} to ${n}.{p} an ounce.|"
        "The euro was worth ${d}.{p} in late trading.|"
        "Dealers put turnover at {n} million shares.",
    ),
    "market-b": (
        "Closing report {city} exchange",
        "Shares in {city} ended {day} {mood}. The leading index {up} by {n} points to {n}.|"
        "{sector} were among the best, {sector} among the worst.|"
        "{company} headed the list of winners with {p}.{d} percent; {company} came last with a loss of "
        "{d}.{d} percent.|"
        "Turnover was {n} million, compared with {n} million on the previous day.|"
        "Traders said that {cause} and {cause} had weighed on sentiment.|"
        "Attention now turns to figures from {company}, due on {day}.",
    ),
    "weather-a": (
        "Weather for {city}, {day}",
        "{day} will be {sky} in {city} and the surrounding area, with temperatures of up to {p} degrees.|"
        "During the night it will cool down to {d} degrees.|"
        "A {mood} wind will blow from the {wind}, with gusts of {p} kilometres an hour on the coast.|"
        "The chance of rain is put at {p} percent.|"
        "The sun rises at {d}:{p} and sets at 1{d}:{p}.|"
        "The outlook for {day} is {sky}, with the wind turning to the {wind}.",
    ),
    "weather-b": (
        "{city} forecast: {sky} at first, {sky} later",
        "Expect a {sky} start to the day across {city}, then a {sky} afternoon.|"
        "Highs should reach {p} degrees inland and {p} degrees by the sea.|"
        "The {wind} wind eases towards evening.|"
        "{day} looks {sky}, {day} {sky} and {day} {sky} again.|"
        "Pollen levels are low for birch and high for grass, and the air quality index stands at {p}.|"
        "Bathing water was measured at {p} degrees.",
    ),
    "court-a": (
        "Before the court this week in {city}",
        "{person}, {p}, of {city}, was found {verdict} of {crime} and fined {n} crowns.|"
        "{person}, {p}, of {city}, was charged with {crime} said to have taken place on {date}.|"
        "{person}, {p}, admitted {crime} and was sentenced to {p} months in prison.|"
        "The case against {person}, {p}, was put off until {date}.|"
        "{person}, {p}, pleaded {verdict} to {crime}; the trial opens on {date}.|"
        "Costs of {n} crowns were ordered in each case.",
    ),
    "court-b": (
        "Court list for {date}",
        "Court {d}, {d}.{p} am, Judge {person} presiding: the state against {person}, {crime}.|"
        "Court {d}, {p}.{p} am, Judge {person} presiding: the state against {person}, {crime} and {crime}.|"
        "Court {d}, {d}.{p} pm: {company} against {company}, breach of contract, claim of {n} thousand.|"
        "Court {d}, {d}.{p} pm: application by {person} of {city} for bail.|"
        "Lists may change at short notice. Parties should be in court half an hour before their case is called.",
    ),
    "sanctions-a": (
        "Additions to the sanctions list of {date}",
        "The following have been added to the list with effect from {date}.|"
        "{person}, born {date} in {city}, national of {country}, passport {n}{n}, for {charge}.|"
        "{person}, born {date} in {city}, national of {country}, passport {n}{n}, for {charge}.|"
        "{company}, registered in {city}, registration number {n}{n}, for {charge}.|"
        "All property of those named is blocked, and dealings with them are prohibited without a licence.|"
        "Removal may be requested in writing from the office that keeps the list.",
    ),
    "sanctions-b": (
        "{country} designates {p} individuals and entities",
        "{country} today imposed restrictive measures on {p} individuals and {p} entities accused of {charge}.|"
        "Among those listed are {person}, the director of {company}, and {person}, who is said to have set "
        "up {company}.|"
        "Also listed is {company}, a trader from {city}, for {charge}.|"
        "The measures consist of a travel ban and a freeze of assets.|"
        "With today's decision the list comprises {n} persons and {n} bodies.|"
        "The legal acts have been published in the official journal of {date}.",
    ),
    "release-a": (
        "{product} {d}.{d}.{p} released",
        "{product} {d}.{d}.{p} is available as of {date}.|"
        "This release fixes {p} bugs and adds support for {lang}.|"
        "The start-up time was cut by {p} percent and memory use by {p} percent.|"
        "An error that could stop the import of files larger than {p} gigabytes has been removed (issue {n}).|"
        "Users of version {d}.{d} should read the notes on upgrading first.|"
        "Support for version {d}.{d} ends on {date}.|"
        "The project thanks {person}, {person} and {p} others for their contributions.",
    ),
    "release-b": (
        "What is new in {product} {d}.{p}",
        "The team behind {product} has published version {d}.{p}.|"
        "Builds are {p} percent faster than in {d}.{p}, measured on the usual test machine in {city}.|"
        "New is a panel for {lang} users, proposed by {person}.|"
        "{flaw}, reported by {person}, was closed; it carries the number {n}-{n}.|"
        "Downloads are offered for all systems, and the checksums are listed below.|"
        "Version {d}.{p} is planned for {month}.",
    ),
    "advisory-a": (
        "Security advisory: {flaw} in {product}",
        "{flaw} in {product} before version {d}.{d}.{p} allows remote attackers to run code of their own.|"
        "The flaw has been given the number {n}-{n} and a score of {d}.{d} out of ten.|"
        "It was found by {person} of {company} and reported on {date}.|"
        "Administrators should install version {d}.{d}.{p} without delay.|"
        "Where this is not possible, port {n} should be closed to the outside.|"
        "No attacks have been seen so far.",
    ),
    "quake-a": (
        "Magnitude {d}.{d} earthquake near {city}",
        "An earthquake of magnitude {d}.{d} was recorded near {city} on {day} at {d}:{p}.|"
        "Its centre lay {p} kilometres to the {wind} of {city}, at a depth of {p} kilometres, according to the "
        "seismological institute.|"
        "There were no reports of damage at first, and no tsunami warning was given.|"
        "In the past ten days {p} quakes of magnitude 3 or more have been registered close by.|"
        "This post was written by a program and checked by an editor.",
    ),
    "sport-a": (
        "{city} {team} {d}, {city} {team} {d}",
        "{city} {team} beat {city} {team} {d}-{d} in front of {n} spectators on {day}.|"
        "{person} opened the scoring in minute {p}, and {person} added a second goal in minute {p}.|"
        "{person} was sent off after a foul on {person}.|"
        "{city} {team} stay in place {p} with {p} points, {city} {team} are now on {p} points.|"
        "Next {day} {city} {team} travel to {city} {team}.",
    ),
    "election-a": (
        "Count in the district of {city} complete",
        "All {n} votes in the district of {city} have been counted.|"
        "{person} of the Civic List received {p}.{d} percent, {person} of the Green Alliance {p}.{d} percent.|"
        "Turnout stood at {p}.{d} percent, compared with {p}.{d} percent at the last election.|"
        "In {city} proper {person} led by {n} votes.|"
        "The returning officer, {person}, will publish the final result on {date}.",
    ),
    "police-a": (
        "Police report for {city}, {date}",
        "On {day} at {p}.{p} pm officers were called to a {crime} in {city}.|"
        "A {p}-year-old suspect was stopped nearby; the damage is put at {n} crowns.|"
        "A {p}-year-old driver was hurt in a collision on route {p} near {city}. The road stayed closed for {d} hours.|"
        "During checks {p} drivers were stopped, and {d} had to hand in their licences.|"
        "Witnesses are asked to call {n}-{n}.",
    ),
    "tender-a": (
        "Tender {n}/{p}: {product} for the city of {city}",
        "The city of {city} invites bids for the supply of {product} for {n} workplaces.|"
        "The contract runs for {p} months from {date} and may be extended by {p} months.|"
        "Its value is put at {n} thousand euros without tax.|"
        "Bids must reach {person}, department {p}, by {date}.|"
        "Price counts for {p} percent and quality for {p} percent.|"
        "Questions are answered in writing only.",
    ),
    "funding-a": (
        "{company} raises ${p} million",
        "{company}, a start-up from {city}, has closed a funding round of ${p} million.|"
        "The round was led by {company}, with {company} taking part as well.|"
        "Founded by {person} and {person}, the firm employs {n} people.|"
        "The money is to go into {product} and into an office in {city}.|"
        "It had taken in ${p} million in an earlier round in {month}.|"
        "{person} joins the board.",
    ),
    "rates-a": (
        "Central bank of {country} sets rate at {d}.{p} percent",
        "The central bank of {country} set its key rate at {d}.{p} percent on {day}, after {d}.{p} percent before.|"
        "Inflation reached {d}.{d} percent in {month}; the bank's goal is {d} percent.|"
        "Governor {person} named {cause} as the reason.|"
        "{d} of {p} members voted for the step.|"
        "The bank now expects growth of {d}.{d} percent this year and {d}.{d} percent next year.|"
        "The currency {up} by {d}.{d} percent after the news.",
    ),
    "health-a": (
        "Daily figures: {n} new cases in {country}",
        "Health authorities in {country} reported {n} new cases on {day}, after {n} the day before.|"
        "{p} people died. The number of deaths now stands at {n}.|"
        "{n} patients are in hospital, {p} of them in intensive care.|"
        "The rate over seven days is highest in {city} with {n}.{d} and lowest in {city} with {p}.{d}.|"
        "{p}.{d} percent of the people are fully vaccinated.",
    ),
    "jobs-a": (
        "Unemployment in {city} at {d}.{d} percent",
        "The number of people out of work in {city} {up} by {n} to {n} in {month}.|"
        "The rate stood at {d}.{d} percent, compared with {d}.{d} percent a year ago.|"
        "Firms reported {n} open posts, {n} more than in {month}.|"
        "{person}, head of the labour office, spoke of a {mood} market and of {cause}.|"
        "Among those under 25 the rate was {d}.{d} percent.",
    ),
    "flight-a": (
        "Punctuality at {city} airport in {month}",
        "{p}.{d} percent of all flights from {city} airport left on time in {month}.|"
        "The best airline was {company} with {p}.{d} percent, the worst {company} with {p}.{d} percent.|"
        "{n} flights were cancelled, most of them because of {cause}.|"
        "{n} thousand passengers used the airport, {p} percent more than a year before.|"
        "The longest delay was one of {d} hours on the way to {city}.",
    ),
    "obituary-a": (
        "{person}, {p}, of {city}",
        "{person} of {city} died on {date} at the age of {p}.|"
        "Born on {date} in {city}, {person} worked for {company} for {p} years.|"
        "A memorial service will be held on {day} at {d}.{p} am in the church of {city}.|"
        "The family asks for donations to the hospice in {city} in place of flowers.",
    ),
}  # fmt: skip

HELD_OUT: Final = frozenset({
    "earnings-b", "market-b", "weather-b", "court-b", "sanctions-b", "release-b", "quake-a", "tender-a", "rates-a",
    "health-a",
})  # fmt: skip
SLOT: Final = re.compile(r"\{(\w+)\}")


def fill(name: str, rng: random.Random) -> tuple[str, str]:
    """Title and text of one report of a template; a company named in the title is the one in the text."""
    title, body = TEMPLATES[name]
    lead = {key: rng.choice(LISTS[key]) for key in ("company", "city", "product", "country", "person")}

    def value(match: re.Match[str]) -> str:
        key = match.group(1)
        if key in lead and rng.random() < 0.6:
            return lead[key]
        return slot(key, rng)

    sentences = [SLOT.sub(value, s).strip() for s in body.split("|")]
    if rng.random() < 0.25 and len(sentences) > 4:
        del sentences[rng.randrange(1, len(sentences))]
    sentences = [s[0].upper() + s[1:] for s in sentences]
    size = rng.choice((1, 2, 3))
    paragraphs = [" ".join(sentences[i : i + size]) for i in range(0, len(sentences), size)]
    return SLOT.sub(value, title), "\n\n".join(paragraphs)


def slot(key: str, rng: random.Random) -> str:
    """A value for a slot: n one to four digits, p one or two, d one; else from a list."""
    if key == "n":
        return f"{rng.choice((rng.randrange(20, 999), rng.randrange(1000, 9999))):,}"
    if key == "p":
        return str(rng.randrange(10, 99))
    if key == "d":
        return str(rng.randrange(0, 10))
    if key == "date":
        return f"{rng.choice(MONTHS)} {rng.randrange(1, 29)}"
    return rng.choice(LISTS[key])
