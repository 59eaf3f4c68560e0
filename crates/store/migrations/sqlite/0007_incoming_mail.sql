-- Mails that came in, byte by byte; the same bytes are kept once.
CREATE TABLE raw_mails (
    sha256 TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
);

-- One for each recipient, and what became of it.
CREATE TABLE incoming_mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    door TEXT NOT NULL,
    envelope_from TEXT,
    envelope_to TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    why TEXT,
    -- The report that it belongs to, or seems to; while it is unread the one that its recipient's address shows.
    report_id BIGINT,
    -- The report whose code it shows: its bytes are counted for that one.
    shows_report BIGINT,
    message_id TEXT,
    from_address TEXT NOT NULL,
    subject TEXT NOT NULL,
    files BIGINT NOT NULL,
    -- Of what was written and sent along: one Message-ID may stand on different mails.
    content_sha256 TEXT NOT NULL DEFAULT '',
    decided_by TEXT,
    decided_at BIGINT
);
CREATE INDEX incoming_mails_same ON incoming_mails (sha256);
CREATE INDEX incoming_mails_waiting ON incoming_mails (id) WHERE state = 'waiting';
CREATE INDEX incoming_mails_report ON incoming_mails (report_id, id) WHERE report_id IS NOT NULL;
CREATE INDEX incoming_mails_unread ON incoming_mails (report_id, received_at) WHERE state = 'unread';
CREATE INDEX incoming_mails_unread_since ON incoming_mails (received_at) WHERE state = 'unread';
CREATE INDEX incoming_mails_strange ON incoming_mails (size)
    WHERE shows_report IS NULL AND state IN ('unread', 'waiting');
CREATE INDEX incoming_mails_shown ON incoming_mails (shows_report, received_at, size)
    WHERE shows_report IS NOT NULL;

-- A notice that a mail server took and that came back all the same.
ALTER TABLE notices ADD COLUMN bounced_at BIGINT;
-- What a customer did not get: found without looking through all that they got.
CREATE INDEX notices_undelivered ON notices (report_id, at) WHERE audience = 'customer' AND NOT taken;

-- What all nodes have to know and nobody else: made at the first use.
CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    made_at BIGINT NOT NULL
);

-- Mailboxes that are read: by one node at a time.
CREATE TABLE mailboxes (
    name TEXT PRIMARY KEY,
    lease TEXT,
    lease_until BIGINT,
    tried_at BIGINT,
    trouble TEXT
);
