-- Staff who sign in: what they prefer, their second factor, their sessions.
ALTER TABLE staff ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE staff ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';
ALTER TABLE staff ADD COLUMN totp_secret TEXT;
ALTER TABLE staff ADD COLUMN totp_step BIGINT;
CREATE TABLE recovery_codes (
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    code_hash TEXT NOT NULL,
    PRIMARY KEY (staff_id, code_hash)
);
CREATE TABLE staff_sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash TEXT NOT NULL UNIQUE,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    stage TEXT NOT NULL,
    new_secret TEXT,
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    proved_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX staff_sessions_staff ON staff_sessions (staff_id, id);
CREATE INDEX staff_sessions_expires ON staff_sessions (expires_at);

-- What staff have written on the page of a report and not sent yet, while they pressed another button there.
CREATE TABLE drafts (
    staff TEXT NOT NULL,
    report_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (staff, report_id, kind)
);
CREATE INDEX drafts_saved ON drafts (saved_at);

-- Who changed what of the desk itself. Reports have a history of their own.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL
);

-- Credentials: from where they may call, and how they are used.
ALTER TABLE credentials ADD COLUMN allow TEXT NOT NULL DEFAULT '';
CREATE TABLE credential_calls (
    credential_id BIGINT PRIMARY KEY,
    calls BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL
);

-- Who takes care of a report, which one took it over, and the address as it is looked for: 32 hex digits, IPv4
-- as IPv4-mapped IPv6.
ALTER TABLE reports ADD COLUMN assignee TEXT;
ALTER TABLE reports ADD COLUMN merged_into BIGINT;
ALTER TABLE reports ADD COLUMN merged_hold BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE reports ADD COLUMN address TEXT;
UPDATE reports SET turn = 'staff' WHERE status = 'queued';
CREATE INDEX reports_turn ON reports (turn, id) WHERE turn IS NOT NULL;
CREATE INDEX reports_category ON reports (category, id);
CREATE INDEX reports_status_category ON reports (status, category, id);
CREATE INDEX reports_address ON reports (address, id) WHERE address IS NOT NULL;
CREATE INDEX reports_assignee ON reports (assignee, id) WHERE assignee IS NOT NULL;
CREATE INDEX reports_merged ON reports (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX reports_deadline ON reports (deadline_at, id) WHERE countdown = 'running';
CREATE INDEX holds_state ON holds (state, report_id);
DROP INDEX holds_waiting;

-- What of a service needs a person: drifted, failed, manual, refused, unknown.
ALTER TABLE enforcements ADD COLUMN trouble TEXT;
CREATE INDEX enforcements_trouble ON enforcements (trouble, directory, service_id) WHERE trouble IS NOT NULL;

-- Words of reports, and reports whose words are to be read (again).
CREATE VIRTUAL TABLE report_words USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, prefix = '3 4 5 6 7 8 9 10 11 12',
    tokenize = "unicode61 remove_diacritics 0 tokenchars '.:_@/+-'"
);
CREATE TABLE reports_to_read (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    report_id BIGINT NOT NULL
);
INSERT INTO reports_to_read (report_id) SELECT id FROM reports ORDER BY id;

-- Filters that people keep; nobody's are everybody's.
CREATE TABLE saved_views (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL
);
CREATE TABLE quick_replies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    category TEXT NOT NULL,
    language TEXT NOT NULL,
    body TEXT NOT NULL
);
-- Who looks at which report right now.
CREATE TABLE presence (
    report_id BIGINT NOT NULL,
    staff TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (report_id, staff)
);

-- What happened on each day (UTC, days since 1970), counted once the day is over. A day that was counted has a
-- row with an empty category.
CREATE TABLE daily_figures (
    day BIGINT NOT NULL,
    category TEXT NOT NULL,
    opened BIGINT NOT NULL,
    answered BIGINT NOT NULL,
    answer_ms BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    close_ms BIGINT NOT NULL,
    PRIMARY KEY (day, category)
);

-- Services as people look for them.
CREATE INDEX services_domain ON services (domain);
CREATE INDEX services_customer ON services (customer_id, directory, service_id);
