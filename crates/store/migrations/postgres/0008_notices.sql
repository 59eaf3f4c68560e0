-- Texts of notices that the desk has in the place of ours: written in the staff area, the same on every node.
CREATE TABLE templates (
    name TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    version BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);
INSERT INTO changes (topic, seq) VALUES ('templates', 0);

-- What a member of staff wants to be told by mail: words, or nothing as long as they have not chosen; and where,
-- if not at the usual address.
ALTER TABLE staff ADD COLUMN told TEXT;
ALTER TABLE staff ADD COLUMN told_at TEXT NOT NULL DEFAULT '';

-- The days of which a summary went out.
CREATE TABLE summaries (
    day TEXT PRIMARY KEY,
    due_at BIGINT NOT NULL
);

-- How many notices there were for a mailbox (a hash of its address) in the hour that began then.
CREATE TABLE mailbox_hours (
    mailbox TEXT PRIMARY KEY,
    since BIGINT NOT NULL,
    asked BIGINT NOT NULL
);
CREATE INDEX mailbox_hours_since ON mailbox_hours (since);

-- Notices that wait for the digest of a mailbox at the end of its hour.
CREATE TABLE gathered_notices (
    mailbox TEXT NOT NULL,
    since BIGINT NOT NULL,
    report_id BIGINT NOT NULL,
    notice TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (mailbox, since, report_id, notice, at)
);
