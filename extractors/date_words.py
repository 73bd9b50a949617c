"""Month names, halves of the day and zone names, as they are met in feeds. Lower case, without accents."""

from __future__ import annotations

# By month, January first; abbreviations of three letters and more. German, French, Spanish and English first, then
# neighbours whose feeds turn up in technology lists.
_MONTH_NAMES: tuple[str, ...] = (
    "january jan januar janner janvier janv enero ene gennaio gen janeiro januari ianuarie stycznia sty января янв ocak"
    " leden ledna januar",
    "february feb febr februar feber fevrier fevr fev febrero febbraio fevereiro februari lutego lut февраля фев subat"
    " unora",
    "march mar marz maerz mrz mars marzo marco maart marca марта мар mart brezna",
    "april apr avril avr abril abr aprile abri kwietnia kwi апреля апр nisan dubna",
    "may mai mayo maggio mag maio mei maja мая май mayis kvetna",
    "june jun juni juin junio giugno giu junho czerwca cze июня июн haziran cervna",
    "july jul juli juillet juil julio luglio lug julho lipca lip июля июл temmuz cervence",
    "august aug aout aou agosto ago augusti augustus sierpnia sie августа авг agustos srpna",
    "september sep sept septembre septiembre setiembre settembre set setembro wrzesnia wrz сентября сен eylul zari",
    "october oct okt oktober octobre octubre ottobre ott outubro out pazdziernika paz октября окт ekim rijna",
    "november nov novembre noviembre novembro listopada lis ноября ноя kasim listopadu",
    "december dec dez dezember decembre diciembre dic dicembre dezembro desember des grudnia gru декабря дек aralik"
    " prosince",
)
MONTHS: dict[str, int] = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}

# True: after noon.
DAY_HALVES: dict[str, bool] = {"上午": False, "午前": False, "오전": False, "下午": True, "午後": True, "오후": True}

# Minutes east of UTC. Names that several countries use (IST, CST, BST) are read as RFC 822 or the most feeds do;
# names not listed here leave the date standing and drop the time.
ZONES: dict[str, int] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60, "bst": 60,
    "cet": 60, "cest": 120, "mez": 60, "mesz": 120, "met": 60, "mest": 120, "eet": 120, "eest": 180, "msk": 180,
    "trt": 180, "sast": 120, "gst": 240, "pkt": 300, "ist": 330, "ict": 420, "wib": 420, "hkt": 480, "sgt": 480,
    "awst": 480, "jst": 540, "kst": 540, "acst": 570, "acdt": 630, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780,
    "nst": -210, "ndt": -150, "ast": -240, "adt": -180, "est": -300, "edt": -240, "cst": -360, "cdt": -300,
    "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600, "brt": -180,
    "art": -180, "clt": -240, "et": -300, "pt": -480, "ct": -360,
}  # fmt: skip
