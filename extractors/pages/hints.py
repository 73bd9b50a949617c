"""What class names, ids and roles say about an element: a bit mask over a small vocabulary of meanings."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

# Meaning -> what publishers call it. A word counts where it begins a part of a name: `article-body`, `articleBody`,
# `article_body` all have the parts `article` and `body`.
VOCABULARY: Final[tuple[tuple[str, str], ...]] = (
    ("article", "article story news post entry beitrag artikel nota noticia artigo articulo articulos contenido texte"),
    ("body", "body content text copy main inhalt richtext paragraph absatz bodytext cuerpo corps prose"),
    ("articlebody", "articlebody storybody entrycontent postcontent articletext articlecontent bodycopy storytext"),
    ("caption", "caption figcaption bildunterschrift legende bu figure image img photo picture media gallery slide "
                "slideshow carousel bild foto imagen lightbox"),
    ("credit", "credit credits copyright source quelle rights attribution agency agentur fotograf photographer"),
    ("author", "author authors byline bio autor autoren auteur redakteur writer contributor profile reporter "
               "journalist vcard"),
    ("related", "related more recommend recommended recommendation recommendations read also teaser teasers promo "
                "readmore mehr weitere suggest suggested similar next previous prev trending popular most latest "
                "outbrain taboola linkbox links linklist crosslink inline verwandt card cards list river"),
    ("newsletter", "newsletter subscribe subscription signup abo abonnement paywall premium plus register registration "
                   "login offer upsell conversion piano tp metered wall donate donation support membership regwall "
                   "appeal cta"),
    ("share", "share sharing social toolbar tools actions follow facebook twitter whatsapp buttons icons print"),
    ("comments", "comment comments disqus kommentar kommentare forum discussion commentaires comentarios reactions"),
    ("navigation", "nav navigation menu breadcrumb breadcrumbs navbar pagination pager tabs skip sitemap"),
    ("footer", "footer foot colophon bottom fuss impressum legal disclaimer"),
    ("header", "header masthead topbar hero banner top head"),
    ("aside", "aside sidebar side rail secondary marginal complementary right widget widgets module modules"),
    ("tags", "tag tags topic topics keyword keywords category categories label labels rubrik section kicker overline "
             "eyebrow"),
    ("ad", "ad ads advert advertisement advertising anzeige werbung sponsor sponsored dfp publicidad gpt adslot "
           "partner commercial affiliate"),
    ("standfirst", "standfirst dek deck lead lede intro introduction summary excerpt subtitle subheadline subhead "
                   "abstract vorspann chapo chapeau entradilla bajada description teasertext sapo subtitulo"),
    ("headline", "headline title titel titre titulo heading"),
    ("box", "box infobox factbox fact facts info callout panel hintergrund faktenbox encadre accordion expandable "
            "expand excursus kasten dossier backgrounder"),
    ("quote", "quote pullquote blockquote zitat pull"),
    ("live", "live liveblog ticker liveticker timeline update updates"),
    ("date", "date time timestamp published publish updated datetime datum fecha meta metadata details stand pubdate"),
    ("hidden", "hidden hide invisible sr screenreader visuallyhidden offscreen noprint collapse collapsed"),
    ("consent", "cookie cookies consent gdpr privacy onetrust optanon ot cmp didomi usercentrics sourcepoint iubenda"),
    ("overlay", "overlay modal popup dialog toast flyout tooltip drawer lightbox"),
    ("correction", "correction corrections clarification editorial note notes editor footnote footnotes"),
    ("embed", "embed tweet instagram youtube video player podcast audio map chart poll quiz iframe datawrapper opta"),
    ("toc", "toc contents jump anchor anchors"),
    ("form", "form search suche input field fieldset poll survey vote rating"),
)  # fmt: skip
NAMES: Final = tuple(name for name, _ in VOCABULARY)
_BIT: Final[dict[str, int]] = {}
for _index, (_name, _words) in enumerate(VOCABULARY):
    for _word in _words.split():
        _BIT[_word] = _BIT.get(_word, 0) | (1 << _index)
HIDDEN: Final = 1 << NAMES.index("hidden")
_JOINED: Final = re.compile("|".join(sorted((w for w in _BIT if len(w) >= 9), key=len, reverse=True)))
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_MAX_CHARS = 200


@lru_cache(maxsize=20_000)
def hint_mask(value: str) -> int:
    """The meanings of one attribute's value; bit `i` stands for `NAMES[i]`."""
    mask = 0
    value = value[:_MAX_CHARS]
    for part in _PARTS.findall(value):
        word = part.lower()
        mask |= _BIT.get(word, 0)
    joined = value.lower().replace("-", "").replace("_", "")
    if len(joined) >= 9:
        for word in _JOINED.findall(joined):
            mask |= _BIT[word]
    return mask
