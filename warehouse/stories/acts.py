"""What was done: acts (signed, ruled, banned, sued, delayed, ...) in five languages, planned or done, denied or not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

# Code -> language -> beginnings of words (a trailing "$" ends the word). A new act is one list of words a language.
ACTS: dict[str, dict[str, str]] = {
    "sign": {
        "en": "signed$ signs$ signing$ inked$ sealed$",
        "de": "unterzeichne unterschr unterschrieb",
        "fr": "signé signe$ signent$ signature paraph",
        "es": "firmó$ firma$ firman$ firmado firmaron suscribi",
        "zh": "签署 签约 签订",
    },
    "rule": {
        "en": (
            "ruled$ ruling$ rulings$ verdict judgment$ judgement$ upheld$ upholds$ overturn convict "
            "acquit sentenced$"
        ),
        "de": "urteil entschied$ entscheidung geurteilt bestätigte$ verurteil freigesprochen",
        "fr": "jugé jugement arrêt$ statué tranch condamn acquitt",
        "es": "falló$ fallo$ sentenci dictamin condenó$ condena absuelt",
        "zh": "裁定 判决 裁决 判处",
    },
    "ban": {
        "en": (
            "ban$ bans$ banned$ banning$ prohibit outlaw block$ blocks$ blocked$ blocking$ bar$ bars$ "
            "barred$ blacklist halt"
        ),
        "de": "verbot verboten verbietet$ verbieten untersag blockier gesperrt sperrt$ stoppt",
        "fr": "interdi bloqu banni prohib",
        "es": "prohib veta$ vetó$ vetado bloque",
        "zh": "禁止 禁令 封禁 查禁 封锁",
    },
    "lift": {
        "en": "lifts$ lifted$ lifting$ unblock reinstat restore resum eases$ eased$ waive waiver",
        "de": "aufgehoben aufhebung hebt$ gelockert lockert wiederaufnahme",
        "fr": "levé levée$ lève$ rétabli repris$ assoupli",
        "es": "levanta$ levantó levantad restable reanud",
        "zh": "解除 恢复 取消",
    },
    "sue": {
        "en": "sue$ sues$ sued$ suing$ lawsuit complaint$ indict charged$ charges$ prosecut appeal",
        "de": "verklag klage$ klagt$ geklagt anklage angeklagt berufung einspruch beschwerde",
        "fr": "plainte poursui assign recours inculp appel$",
        "es": "demand querella denunci imput acusa recurso apel",
        "zh": "起诉 诉讼 控告 上诉 指控",
    },
    "fine": {
        "en": "fine$ fines$ fined$ penalty penalties sanction penalis penaliz",
        "de": "bußgeld geldbuße strafe$ strafen$ sanktion",
        "fr": "amende sanction pénalité",
        "es": "multa multó sanci",
        "zh": "罚款 处罚 制裁",
    },
    "delay": {
        "en": "delay postpon extend extension$ defer pushes$ pushed$ suspend paus",
        "de": "verschob verschieb verzöger vertag aufgeschob verlänger aussetz ausgesetzt",
        "fr": "report$ reporté repouss retard prolong suspen ajourn",
        "es": "aplaz pospu posterg retras prorrog prórrog suspend",
        "zh": "推迟 延期 延长 暂停 延迟 暂缓",
    },
    "approve": {
        "en": (
            "approv adopt pass$ passes$ passed$ ratif clear$ clears$ cleared$ endors backs$ backed$ "
            "confirm vote$ voted$ votes$"
        ),
        "de": (
            "genehmig verabschied beschloss beschließ gebilligt billigt angenommen zugestimmt stimmt$ "
            "ratifizier bestätigt$"
        ),
        "fr": "approuv adopt vote$ voté ratifi valid entérin confirm",
        "es": "aprob adopt ratific valid respald confirm votó$",
        "zh": "批准 通过 核准 表决 确认",
    },
    "reject": {
        "en": "reject den(?:y|ies|ied)$ refus dismiss veto strikes$ struck$ turned rebuff",
        "de": "ablehn abgelehnt lehnt$ lehnte$ zurückgewiesen weist$ wies$ verweiger veto",
        "fr": "rejet refus débout véto",
        "es": "rechaz deneg neg(?:ó|aron)$ desestim",
        "zh": "拒绝 驳回 否决 否认",
    },
    "deal": {
        "en": "deal$ deals$ agree$ agrees$ agreed$ agreement$ accord$ settle pact$ memorandum contract$ contracts$",
        "de": "einigung einigen geeinigt vereinbar abkommen vertrag$ verträge$ vergleich$",
        "fr": "accord$ accords$ entente contrat convenu",
        "es": "acuerd acordó acordaron pacto contrato",
        "zh": "协议 达成 合同 协定 和解",
    },
    "buy": {
        "en": "buy$ buys$ bought$ acqui merge$ merger takeover invest stake$ divest sell$ sells$ sold$ sale$",
        "de": "kauf verkauf übernahme übernimmt$ übernommen fusion beteilig investier investition",
        "fr": "rachat rachèt acqui cession vend fusion invest",
        "es": "compr adquir vend fusi inversi invert",
        "zh": "收购 出售 并购 投资 入股",
    },
    "launch": {
        "en": (
            "launch unveil announc introduc releas present$ presents$ presented$ publish start$ starts$ "
            "started$ open$ opens$ opened$ begin$ begins$ began$"
        ),
        "de": (
            "startet gestartet vorgestellt stellt$ veröffentlich angekündigt kündigt$ eröffne beginnt$ "
            "begann$ begonnen legt$ vorgelegt"
        ),
        "fr": "lanc dévoil annonc présent publi ouvr(?:e|ent)$ ouvert début",
        "es": "lanz anunci present public abri(?:ó|eron)$ inici inaugur",
        "zh": "发布 推出 宣布 启动 公布 开始",
    },
    "investigate": {
        "en": "investigat probe$ probes$ inquiry raid subpoena summon hearing$ testif audit",
        "de": "ermittl untersuch prüf razzia durchsuch anhörung vorgeladen",
        "fr": "enquêt perquisi audition audit convoqu",
        "es": "investig registro$ auditor indag citó$ comparec",
        "zh": "调查 审查 搜查 听证 传唤",
    },
    "propose": {
        "en": (
            "propos draft bill$ plan$ plans$ planned$ seek$ seeks$ sought$ urge$ urges$ urged$ call$ "
            "calls$ called$ demand$ demands$ letter$"
        ),
        "de": "vorschlag vorschläge vorgeschlagen schlägt$ entwurf plan$ pläne$ plant$ geplant fordert$ forder brief$",
        "fr": "propos projet$ projets$ prévoi demande$ exige lettre$ appelle$",
        "es": "propon propus propuest proyecto plan$ planea pide$ pidió exig carta$",
        "zh": "提案 草案 计划 提议 要求 致信 呼吁",
    },
    "cancel": {
        "en": (
            "cancel scrap withdr abandon terminat revok repeal drops$ dropped$ ends$ ended$ close$ "
            "closes$ closed$ quit$ quits$ exit$ exits$"
        ),
        "de": (
            "abgesagt absage gestrichen streicht$ zurückgezogen zieht$ beendet beendigung widerruf "
            "kündigung schließt$ geschlossen eingestellt"
        ),
        "fr": "annul retir abandon résili abrog fin$ ferm(?:e|é|eture)",
        "es": "cancel retir abandon rescind derog cierr cerr(?:ó|ar)",
        "zh": "撤销 撤回 终止 放弃 废除 关闭 退出",
    },
    "appoint": {
        "en": "appoint nam(?:ed|es)$ nominat elect$ elects$ elected$ resign steps$ stepped$ fired$ sacked$ oust hire",
        "de": "ernannt ernennt ernennung gewählt wählt$ zurückgetreten rücktritt tritt$ entlassen berufen",
        "fr": "nomm élu$ élue$ démission limog désign",
        "es": "nombr eleg elig dimi renunci destitu design",
        "zh": "任命 当选 辞职 解职 提名",
    },
    "attack": {
        "en": "attack hack breach leak outage kill$ kills$ killed$ dies$ died$ dead$ explo crash arrest detain seiz",
        "de": (
            "angriff angegriffen gehackt datenleck ausfall getötet starb$ gestorben tote$ verhaft "
            "festgenommen beschlagnahm"
        ),
        "fr": "attaqu pirat fuite$ panne$ tué mort arrêt(?:é|és|ation) saisi",
        "es": "ataque atac hacke filtra caída muer detuv deten incaut",
        "zh": "攻击 泄露 袭击 逮捕 查封 宕机 死亡",
    },
    "deliver": {
        "en": (
            "deliver complet reach$ reaches$ reached$ meet$ meets$ met$ miss$ misses$ missed$ expire "
            "enter$ enters$ entered$ takes$ took$ deadline$"
        ),
        "de": "geliefert liefer erreicht abgeschlossen verpasst läuft$ lief$ abgelaufen inkraft tritt$ trat$ frist",
        "fr": "livr achev attein échéance expir entr(?:e|ée|é)$ manqu",
        "es": "entreg complet alcanz venc expir entr(?:ó|a|ada)$ plazo",
        "zh": "交付 完成 到期 生效 截止 期限",
    },
}  # fmt: skip

_NEGATIONS = {
    "en": "not no never without failed fails neither nor cannot can't won't didn't doesn't don't isn't wasn't hasn't",
    "de": "nicht kein keine keinen keiner nie niemals ohne weder",
    "fr": "ne n pas jamais aucun aucune sans ni",
    "es": "no nunca jamás sin ningún ninguna ni tampoco",
}
_PLANS = {
    "en": (
        "will would could may might plans plan planned expected expects to wants aims intends considering "
        "should must set if likely"
    ),
    "de": (
        "will wollen soll sollen würde könnte dürfte plant geplant voraussichtlich werden wird möchte "
        "erwägt falls wenn"
    ),
    "fr": "va vont veut veulent doit devrait pourrait prévoit envisage compte souhaite sera seront si",
    "es": "va van quiere quieren debe debería podría prevé planea será serán pretende si",
}
_ZH_NEGATION = "不没未无非"
_ZH_PLAN = ("将", "拟", "计划", "可能", "准备", "预计", "或")


_WORD = re.compile(r"\w+")
_BEFORE = re.compile(r"[^\W_]+(?:['’]t)?")


@dataclass(frozen=True, slots=True)
class Act:
    """An act at `start` in a sentence: its code, whether it is denied, whether it is still only planned."""

    code: str
    start: int
    end: int
    denied: bool
    planned: bool

    @property
    def state(self) -> str:
        """Code with its marks, e.g. `ban`, `not ban`, `to ban`, `not to ban`."""
        return f"{'not ' if self.denied else ''}{'to ' if self.planned else ''}{self.code}"


def find_acts(sentence: str, language: str | None) -> list[Act]:
    """The acts of a sentence in order. English is assumed where the language is unknown; others have none."""
    language = language or "en"
    if language not in _supported():
        return []
    lowered = sentence.lower()
    if language == "zh":
        return [
            Act(_code_of(match, language), match.start(), match.end(), *_chinese_marks(lowered, match.start()))
            for match in _pattern(language).finditer(lowered)
        ]
    words = _WORD.findall(lowered)
    codes = list(map(_codes_of_words(language).__getitem__, words))
    found = []
    at = 0
    for word, code in zip(words, codes, strict=True) if any(codes) else ():
        start = lowered.index(word, at)
        at = start + len(word)
        if code is not None:
            found.append(Act(code, start, at, *_marks(lowered, start, language)))
    return found


class _WordCodes(dict[str, str | None]):
    """The act that each word met in a language says, None for most: worked out once. No act is more than one word."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language

    def __missing__(self, word: str) -> str | None:
        if len(self) > 200_000:
            self.clear()
        match = _pattern(self.language).match(word)
        code = self[word] = _code_of(match, self.language) if match else None
        return code


@cache
def _codes_of_words(language: str) -> _WordCodes:
    return _WordCodes(language)


def _code_of(match: re.Match[str], language: str) -> str:
    return _codes(language)[int(str(match.lastgroup)[1:])]


def _chinese_marks(lowered: str, start: int) -> tuple[bool, bool]:
    before = lowered[max(0, start - 4) : start]
    return any(c in before for c in _ZH_NEGATION), any(word in before for word in _ZH_PLAN)


def _marks(lowered: str, start: int, language: str) -> tuple[bool, bool]:
    words = _BEFORE.findall(lowered[max(0, start - 45) : start])[-5:]
    negations, plans = _marking_words(language)
    return any(w.replace("’", "'") in negations for w in words[-4:]), any(w in plans for w in words)


@cache
def _marking_words(language: str) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(_NEGATIONS.get(language, "").split()), frozenset(_PLANS.get(language, "").split())


@cache
def _supported() -> frozenset[str]:
    return frozenset(language for words in ACTS.values() for language in words)


@cache
def _codes(language: str) -> tuple[str, ...]:
    return tuple(code for code, words in ACTS.items() if language in words)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    groups = []
    for number, code in enumerate(_codes(language)):
        words = ACTS[code][language].split()
        if language == "zh":
            groups.append(f"(?P<g{number}>{'|'.join(words)})")
        else:
            parts = [w[:-1] + r"\b" if w.endswith("$") else w + r"\w*" for w in words]
            groups.append(f"(?P<g{number}>{'|'.join(parts)})")
    return re.compile("|".join(groups) if language == "zh" else rf"\b(?:{'|'.join(groups)})")
