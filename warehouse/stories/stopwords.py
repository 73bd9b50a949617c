"""Function words of the languages that stories are told in: they say nothing about what a story is about."""

from __future__ import annotations

_WORDS = {
    "en": (
        "a about after again all also am an and any are as at be because been before being between both but by "
        "can could did do does doing down during each few for from further had has have having he her here hers "
        "him his how i if in into is it its itself just me more most my no nor not now of off on once only or "
        "other our out over own same she should so some such than that the their them then there these they this "
        "those through to too under until up very was we were what when where which while who whom why will with "
        "would you your s t d ll re ve m said says say"
    ),
    "de": (
        "aber alle als also am an auch auf aus bei beim bin bis bist da damit dann das dass daß dem den denn der "
        "des dessen die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer "
        "eines er es etwa für gegen hat hatte hatten haben hier ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im "
        "in ins ist ja jede jeder jedes jedoch kann kein keine können man mehr mit muss nach nicht noch nun nur "
        "ob oder ohne sehr sein seine seinem seinen seiner seit sich sie sind so soll sollen sowie über um und "
        "uns unter vom von vor war waren was weil wenn werden wer wie wieder wir wird wo wurde wurden zu zum zur "
        "zwischen sagte"
    ),
    "fr": (
        "a à afin ai ainsi alors après au aucun aussi autre autres aux avait avant avec avoir c ce cela celle "
        "celui ces cet cette chez comme contre d dans de depuis des deux dit donc dont du elle elles en encore "
        "entre est et été être eu eux fait font il ils j je l la le les leur leurs lors lui m mais me même moins "
        "n ne nous on ont ou où par pas pendant peu peut plus pour qu quand que quel quelle qui s sa sans se "
        "selon ses si son sont sous sur t tous tout toute toutes très un une vers vous y était"
    ),
    "es": (
        "a al algo ante antes aunque cada como con contra cual cuando de del desde donde dos durante e el él ella "
        "ellas ellos en entre era es esa ese eso esta está este esto estos fue fueron ha hace hacia han hasta hay "
        "la las le les lo los más me mi mientras muy ni no nos o otra otro otros para pero por porque puede que "
        "qué quien se según ser si sí sido sin sobre son su sus también tan tanto tiene todo todos tras un una "
        "uno y ya dijo"
    ),
    "it": (
        "a al alla alle anche che chi ci come con da dal dalla degli dei del della delle di dopo e è ed gli ha "
        "hanno i il in io la le lo ma nel nella non o per più se si sono su sul sulla tra un una uno"
    ),
    "nl": (
        "aan al als bij dan dat de der die dit door een en er had heeft het hij hun in is met naar niet nog of om "
        "ook op over te tot uit van voor was wat werd wordt ze zich zijn zo"
    ),
}

STOPWORDS = {language: tuple(words.split()) for language, words in _WORDS.items()}
