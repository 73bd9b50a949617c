-- Which paragraphs a site repeats from page to page. Paragraphs are kept as hashes of their letters (numbers count as
-- one another); `words` tells long ones apart. Learnt rows stay: once a paragraph is left out of new articles, it can
-- no longer be counted there.

CREATE TABLE site_paragraphs (
    site         VARCHAR NOT NULL,
    paragraph    VARCHAR NOT NULL,           -- extractors.pages.boilerplate.paragraph_hash
    article_id   VARCHAR NOT NULL,
    words        INTEGER NOT NULL,
    seen_at      TIMESTAMPTZ NOT NULL
);

CREATE TABLE site_boilerplate (
    site         VARCHAR NOT NULL,
    paragraph    VARCHAR NOT NULL,
    pages        INTEGER NOT NULL,           -- on how many pages of the site it stood when it was learnt
    site_pages   INTEGER NOT NULL,           -- of how many
    learnt_at    TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE site_paragraphs IS 'Private: paragraphs of stored articles by site, for learning what a site repeats.';
COMMENT ON TABLE site_boilerplate IS 'Private: paragraphs that a site puts on its pages whatever they are about.';
