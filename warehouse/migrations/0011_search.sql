-- The search index: words, where they stand, and the articles that they stand in. Articles are added in segments, a
-- night or a batch each, whose postings lie sorted by term; small segments are merged. All of it follows from
-- article_versions and verdicts and can be made anew from them (warehouse/search/indexing.py).

CREATE TABLE search_segments (
    first_doc    UINTEGER NOT NULL,          -- numbers are never given twice
    last_doc     UINTEGER NOT NULL,
    postings     BIGINT NOT NULL,
    analyzer     VARCHAR NOT NULL            -- what cut and stemmed the words; another one means making the index anew
);

CREATE TABLE search_runs (                   -- runs all of whose verdicts the index knows
    run_id       VARCHAR NOT NULL
);

CREATE TABLE search_docs (
    doc          UINTEGER NOT NULL,
    article_id   VARCHAR NOT NULL,
    version      INTEGER NOT NULL,
    title_words  USMALLINT NOT NULL,
    text_words   UINTEGER NOT NULL,
    language     VARCHAR,
    source_id    VARCHAR,
    site         VARCHAR NOT NULL,
    topics       VARCHAR NOT NULL,
    dated_at     TIMESTAMPTZ NOT NULL,
    place        BIGINT                      -- filled in the snapshot only
);

CREATE TABLE search_words (
    word         VARCHAR NOT NULL,           -- folded: lower case, no accents
    term         UINTEGER NOT NULL,
    is_stem      BOOLEAN NOT NULL
);

CREATE TABLE search_postings (
    term         UINTEGER NOT NULL,
    doc          UINTEGER NOT NULL,
    title_times  UTINYINT NOT NULL,
    text_times   USMALLINT NOT NULL,
    positions    USMALLINT[] NOT NULL        -- title: 0 to 63; text: from 64 on
);

-- While a batch is indexed, temporary tables of these names hold its words; the ones here show their shape, always empty.
CREATE TABLE search_fresh_tokens (doc UINTEGER, language VARCHAR, start INTEGER, token VARCHAR, place BIGINT);
CREATE TABLE search_fresh_forms (language VARCHAR, token VARCHAR, word VARCHAR, stem VARCHAR);

COMMENT ON TABLE search_fresh_tokens IS 'Private: empty; the words of a batch that is being indexed.';
COMMENT ON TABLE search_fresh_forms IS 'Private: empty; the spellings in a batch that is being indexed, with their stems.';
COMMENT ON TABLE search_segments IS 'Private: which stretches of search_docs were indexed together.';
COMMENT ON TABLE search_runs IS 'Private: runs that need not be looked at again for articles to index.';
COMMENT ON TABLE search_docs IS 'Behind search(): the articles that it knows, by number. One row an article.';
COMMENT ON COLUMN search_docs.doc IS 'Number of the article in the index.';
COMMENT ON COLUMN search_docs.article_id IS '16 hex digits of the canonical address; the same for all versions of an article.';
COMMENT ON COLUMN search_docs.version IS 'Number of the version that was indexed.';
COMMENT ON COLUMN search_docs.title_words IS 'Words of the title; in Chinese, Japanese and Korean, characters.';
COMMENT ON COLUMN search_docs.text_words IS 'Words of standfirst and text, counted likewise.';
COMMENT ON COLUMN search_docs.language IS 'ISO 639 code, as detected.';
COMMENT ON COLUMN search_docs.source_id IS 'Id of the source that led to it.';
COMMENT ON COLUMN search_docs.site IS 'Registrable domain of the address; strangers under one suffix (github.io) count as sites of their own.';
COMMENT ON COLUMN search_docs.topics IS 'Ids of the topics, the strongest first, with commas between them.';
COMMENT ON COLUMN search_docs.dated_at IS 'When it was published, or first seen where that is unknown.';
COMMENT ON COLUMN search_docs.place IS 'rowid of the version in article_versions.';
COMMENT ON TABLE search_words IS 'Behind search(): every word ever seen, and what it was stemmed to. One row a word and term.';
COMMENT ON COLUMN search_words.word IS 'Lower case without accents; in Chinese, Japanese and Korean, two characters.';
COMMENT ON COLUMN search_words.term IS 'Number of its stem; a word that languages stem differently has several.';
COMMENT ON COLUMN search_words.is_stem IS 'The word is that stem.';
COMMENT ON TABLE search_postings IS 'Behind search(): which term stands in which article, and where. One row a term and article.';
COMMENT ON COLUMN search_postings.term IS 'Number of the stem.';
COMMENT ON COLUMN search_postings.doc IS 'Number of the article in the index.';
COMMENT ON COLUMN search_postings.title_times IS 'How often in the title.';
COMMENT ON COLUMN search_postings.text_times IS 'How often in standfirst and text.';
COMMENT ON COLUMN search_postings.positions IS 'Which words these are: in the title from 0, in standfirst and text from 64 on.';
