-- Bytes of files, once for each hash, in pieces that are read and written one at a time.
CREATE TABLE contents (
    hash TEXT PRIMARY KEY,
    size BIGINT NOT NULL,
    scan TEXT NOT NULL,
    scan_detail TEXT NOT NULL,
    used_at BIGINT NOT NULL
);
CREATE INDEX contents_used ON contents (used_at);
CREATE TABLE content_chunks (
    hash TEXT NOT NULL,
    n BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (hash, n)
);
-- Most files are packed already: trying to pack them again costs time and gains nothing.
ALTER TABLE content_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Files of messages, which customer and staff see.
CREATE TABLE message_attachments (
    id TEXT PRIMARY KEY,
    report_id BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    n BIGINT NOT NULL,
    hash TEXT NOT NULL,
    name TEXT NOT NULL,
    size BIGINT NOT NULL,
    author TEXT NOT NULL,
    from_outside BOOLEAN NOT NULL,
    at BIGINT NOT NULL,
    removed_at BIGINT,
    removed_by TEXT
);
CREATE INDEX message_attachments_report ON message_attachments (report_id, message_id, n);
CREATE INDEX message_attachments_hash ON message_attachments (hash);

-- Files of notes. A table of its own, as notes have, so that no forgotten condition can show one to a customer.
CREATE TABLE note_attachments (
    id TEXT PRIMARY KEY,
    report_id BIGINT NOT NULL,
    note_id BIGINT NOT NULL,
    n BIGINT NOT NULL,
    hash TEXT NOT NULL,
    name TEXT NOT NULL,
    size BIGINT NOT NULL,
    author TEXT NOT NULL,
    from_outside BOOLEAN NOT NULL,
    at BIGINT NOT NULL,
    removed_at BIGINT,
    removed_by TEXT
);
CREATE INDEX note_attachments_report ON note_attachments (report_id, note_id, n);
CREATE INDEX note_attachments_hash ON note_attachments (hash);
