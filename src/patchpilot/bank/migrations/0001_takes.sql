-- What a bank holds. Files beside it: audio/ (previews by the sha256 of the samples), assets/ (parts of patches).

CREATE TABLE meta (
    name TEXT PRIMARY KEY,  -- "id", "made_at", "next"
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE takes (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,                 -- Take.id
    experiment TEXT NOT NULL,         -- "" for none
    made_at REAL NOT NULL,            -- seconds since 1970, UTC
    instrument TEXT NOT NULL,
    searcher TEXT NOT NULL,
    record BLOB NOT NULL,             -- text of the TakeRecord, deflated
    audio_sha256 TEXT NOT NULL,       -- of the float32 samples
    gain REAL NOT NULL,               -- that the preview is to be multiplied by
    sample_rate INTEGER NOT NULL,     -- Hz
    channels INTEGER NOT NULL,
    has_audio INTEGER NOT NULL DEFAULT 1,  -- 0 once its preview was cleared away to save space
    vote INTEGER NOT NULL DEFAULT 0,  -- the last of table votes
    golden INTEGER NOT NULL DEFAULT 0,
    pinned TEXT NOT NULL DEFAULT '[]',  -- JSON: names of parameters
    note TEXT NOT NULL DEFAULT ''
);
CREATE INDEX takes_by_id ON takes (id, experiment);
CREATE INDEX takes_by_audio ON takes (audio_sha256);
CREATE INDEX takes_by_experiment ON takes (experiment, number);
CREATE INDEX takes_by_time ON takes (made_at);
CREATE INDEX takes_with_votes ON takes (vote, number) WHERE vote <> 0;
CREATE INDEX takes_with_stars ON takes (number) WHERE golden;

CREATE TABLE parents (
    number INTEGER NOT NULL REFERENCES takes (number) ON DELETE CASCADE,
    place INTEGER NOT NULL,           -- as the take names them
    parent TEXT NOT NULL,             -- Take.id; it need not be in this bank
    PRIMARY KEY (number, place)
) WITHOUT ROWID;
CREATE INDEX parents_by_parent ON parents (parent);

CREATE TABLE scores (
    number INTEGER NOT NULL REFERENCES takes (number) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (number, name)
) WITHOUT ROWID;

CREATE TABLE uses (                   -- assets of patches and performances
    number INTEGER NOT NULL REFERENCES takes (number) ON DELETE CASCADE,
    asset TEXT NOT NULL,
    PRIMARY KEY (number, asset)
) WITHOUT ROWID;
CREATE INDEX uses_by_asset ON uses (asset);

CREATE TABLE tags (
    number INTEGER NOT NULL REFERENCES takes (number) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (number, tag)
) WITHOUT ROWID;
CREATE INDEX tags_by_tag ON tags (tag, number);

CREATE TABLE votes (                  -- only ever added to
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    number INTEGER NOT NULL REFERENCES takes (number),
    vote INTEGER NOT NULL CHECK (vote IN (-1, 0, 1)),
    at REAL NOT NULL
);
CREATE INDEX votes_by_take ON votes (number);

CREATE TABLE embeddings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    size INTEGER NOT NULL,
    is_current INTEGER NOT NULL       -- 0 while takes are being embedded anew
);

CREATE TABLE vectors (
    place INTEGER PRIMARY KEY AUTOINCREMENT,  -- rises in the order of commits, whoever writes: indices catch up by it
    embedding INTEGER NOT NULL REFERENCES embeddings (id),
    number INTEGER NOT NULL REFERENCES takes (number) ON DELETE CASCADE,
    vector BLOB NOT NULL,             -- float32, little-endian
    UNIQUE (embedding, number)
);
CREATE INDEX vectors_by_take ON vectors (number);

CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2');

INSERT INTO meta (name, value) VALUES
    ('id', lower(hex(randomblob(16)))),
    ('made_at', strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    ('next', '1'),                    -- number of the next take
    ('cleared', '0');                 -- how often takes were cleared away
