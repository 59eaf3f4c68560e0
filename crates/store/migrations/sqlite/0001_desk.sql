-- The whole desk, grouped by subject. Instants are milliseconds since 1970 in UTC, lengths of time are milliseconds.
--
-- States are checked here as well as where they are read: a `CHECK` names the words of an enum, which a test compares
-- (`codes.rs`). Kinds and reasons have none: there are more of them with every version, and SQLite would have to write
-- the table anew for each.
--
-- What is written with every new report, by hundreds in a commit, refers to its report without a foreign key: events,
-- notes, jobs, webhook_deliveries, idempotency_keys, reports_to_read, and what a report itself refers to. On PostgreSQL
-- two such keys took a quarter of all reports that can be made in a second. The commit has the report in it, and
-- reports are never deleted.

---------------------------------------------------------------------------------------------------
-- Desk and settings

CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- One counter a topic. Whoever changes something that other processes keep in memory raises its
-- counter in the same transaction; each process polls these few rows.
CREATE TABLE changes (
    topic TEXT PRIMARY KEY,
    seq BIGINT NOT NULL
);
INSERT INTO changes (topic, seq) VALUES
    ('settings', 0), ('people', 0), ('desk', 0), ('ledger', 0), ('templates', 0);

-- The state of the desk as a whole: one row.
CREATE TABLE desk (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    paused_at BIGINT,
    paused_by TEXT,
    clock_suspect TEXT,
    heartbeat_at BIGINT,
    -- The desk stood still between these two.
    still_from BIGINT,
    still_to BIGINT,
    -- Mails are read so late that deadlines are put off.
    reading_behind_since BIGINT,
    CHECK ((paused_at IS NULL) = (paused_by IS NULL)),
    CHECK ((still_from IS NULL) = (still_to IS NULL))
);
INSERT INTO desk (id) VALUES (1);

-- What all nodes have to know and nobody else: made at the first use.
CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    made_at BIGINT NOT NULL
);

-- Who changed what of the desk itself. Reports have a history of their own.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL
);

---------------------------------------------------------------------------------------------------
-- People: staff, what they prefer, how they and their scripts come in

CREATE TABLE roles (
    name TEXT PRIMARY KEY,
    rights TEXT NOT NULL,
    built_in BOOLEAN NOT NULL
);
INSERT INTO roles (name, rights, built_in) VALUES
    ('admin', '*', TRUE),
    ('agent', 'see_reports open answer close suspend approve see_reporter', TRUE),
    ('viewer', 'see_reports', TRUE);

CREATE TABLE staff (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    role TEXT NOT NULL REFERENCES roles (name),
    password_hash TEXT,
    language TEXT NOT NULL DEFAULT '',
    time_zone TEXT NOT NULL DEFAULT '',
    totp_secret TEXT,
    -- The step of the last code that was taken: no code counts twice.
    totp_step BIGINT,
    -- What they want to be told by mail, as words; nothing as long as they have not chosen.
    told TEXT,
    -- Where, if not at their usual address.
    told_at TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE recovery_codes (
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    code_hash TEXT NOT NULL,
    PRIMARY KEY (staff_id, code_hash)
);

-- Accounts of panels whose owners come from there without the desk's password.
CREATE TABLE staff_panel_accounts (
    directory TEXT NOT NULL,
    account TEXT NOT NULL,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    PRIMARY KEY (directory, account)
);
CREATE INDEX staff_panel_accounts_staff ON staff_panel_accounts (staff_id);

CREATE TABLE staff_sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash TEXT NOT NULL UNIQUE,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    stage TEXT NOT NULL CHECK (stage IN ('whole', 'second', 'enrol')),
    -- A second factor that is being set up, until its first code comes.
    new_secret TEXT,
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    -- When the password was entered last.
    proved_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX staff_sessions_staff ON staff_sessions (staff_id, id);
CREATE INDEX staff_sessions_expires ON staff_sessions (expires_at);

-- For the drop-in endpoint: an identifier and nothing else, kept as a hash.
CREATE TABLE credentials (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    role TEXT REFERENCES roles (name),
    identifier_hash TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    -- Networks that it may be used from; empty is anywhere.
    allow TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE credential_calls (
    credential_id BIGINT PRIMARY KEY REFERENCES credentials (id),
    calls BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL
);

-- For the REST interface: act as a member of staff, with no more rights than that one has.
CREATE TABLE api_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    token_hash TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);

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

---------------------------------------------------------------------------------------------------
-- Directories and the ledger: a copy of the panels' services, and who held what, when

-- A row comes with the first look. What came through a directory before that, such as a report that waits for it or a
-- customer's session, only has its name.
CREATE TABLE directories (
    name TEXT PRIMARY KEY,
    looked_at BIGINT,
    complete_at BIGINT,
    -- Those that are looked at by themselves: when everything was last seen as it is stored, what came of the
    -- last try, and who is looking now.
    synced_at BIGINT,
    tried_at BIGINT,
    trouble TEXT,
    lease TEXT,
    lease_until BIGINT,
    CHECK ((lease IS NULL) = (lease_until IS NULL))
);

CREATE TABLE services (
    directory TEXT NOT NULL REFERENCES directories (name),
    service_id BIGINT NOT NULL CHECK (service_id > 0),
    customer_id TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    customer_email TEXT NOT NULL,
    language TEXT NOT NULL,
    product TEXT NOT NULL,
    domain TEXT NOT NULL,
    username TEXT NOT NULL,
    server TEXT NOT NULL,
    status TEXT NOT NULL
        CHECK (status IN ('active', 'suspended', 'pending', 'terminated', 'cancelled', 'fraud')),
    dedicated_ip TEXT NOT NULL,
    protected BOOLEAN NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (directory, service_id)
);
CREATE INDEX services_domain ON services (domain);
CREATE INDEX services_customer ON services (customer_id, directory, service_id);
-- Customers who ask for a new link by their mail address ...
CREATE INDEX services_mail ON services (lower(customer_email));
-- ... and those who have several, separated by commas.
CREATE INDEX services_mails ON services (directory, service_id) WHERE customer_email LIKE '%,%';

-- Held from somewhere after `from_after` (nothing: since before records began) and at the latest by `from_by`; likewise
-- its end.
CREATE TABLE assignments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    directory TEXT NOT NULL,
    service_id BIGINT NOT NULL,
    customer_id TEXT NOT NULL,
    resource TEXT NOT NULL,
    from_after BIGINT,
    from_by BIGINT NOT NULL,
    to_after BIGINT,
    to_by BIGINT,
    -- The value of the counter `ledger` with which it came or changed: ledgers in memory read what is new to them.
    changed_in BIGINT NOT NULL,
    FOREIGN KEY (directory, service_id) REFERENCES services (directory, service_id),
    CHECK (to_after IS NULL OR to_by IS NOT NULL)
);
CREATE INDEX assignments_resource ON assignments (resource);
CREATE INDEX assignments_service ON assignments (directory, service_id);
-- Of two nodes that take the same row in at the same time, one adds what is held.
CREATE UNIQUE INDEX assignments_open ON assignments (directory, service_id, resource) WHERE to_by IS NULL;
CREATE INDEX assignments_changed ON assignments (changed_in);

---------------------------------------------------------------------------------------------------
-- Reports and their history

CREATE TABLE report_ids (next BIGINT NOT NULL);
INSERT INTO report_ids (next) VALUES (1);
-- A queued report names a service that nobody may know.
CREATE TABLE reports (
    id INTEGER PRIMARY KEY,
    directory TEXT,
    service_id BIGINT,
    customer_id TEXT,
    category TEXT NOT NULL,
    service_ip TEXT NOT NULL,
    -- The address as it is looked for: 32 hex digits, IPv4 as IPv4-mapped IPv6.
    address TEXT,
    additional_info TEXT NOT NULL,
    suspend_method TEXT NOT NULL CHECK (suspend_method IN ('nosuspend', 'immediate', 'timelimit')),
    allow_unsuspend BOOLEAN NOT NULL,
    pay_to_unsuspend BOOLEAN NOT NULL DEFAULT FALSE,
    opened_at BIGINT NOT NULL,
    opened_by TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'open', 'closed')),
    queued_why TEXT,
    turn TEXT CHECK (turn IN ('customer', 'staff')),
    outcome TEXT CHECK (outcome IN ('resolved', 'unfounded', 'duplicate', 'no_response', 'other')),
    closed_at BIGINT,
    countdown TEXT NOT NULL CHECK (countdown IN ('none', 'running', 'paused', 'lifted', 'reached')),
    deadline_at BIGINT,
    remind_at BIGINT,
    left_ms BIGINT,
    remind_in_ms BIGINT,
    -- When the sweep has something to do with it.
    wake_at BIGINT,
    -- Who takes care of it.
    assignee TEXT,
    -- Which one took it over, and whether it had a hold then.
    merged_into BIGINT,
    merged_hold BOOLEAN NOT NULL DEFAULT FALSE,
    -- What the customer said and did on their own.
    claim TEXT CHECK (claim IN ('fixed', 'contested')),
    wanted_ms BIGINT,
    more_time_times BIGINT NOT NULL DEFAULT 0,
    unsuspended_times BIGINT NOT NULL DEFAULT 0,
    revision BIGINT NOT NULL,
    CHECK ((directory IS NULL) = (service_id IS NULL)),
    CHECK (customer_id IS NULL OR service_id IS NOT NULL),
    CHECK ((status = 'queued') = (queued_why IS NOT NULL)),
    CHECK ((status = 'closed') = (closed_at IS NOT NULL)),
    CHECK ((status = 'closed') = (outcome IS NOT NULL)),
    CHECK ((status = 'closed') = (turn IS NULL)),
    CHECK (status = 'open' OR countdown = 'none'),
    CHECK ((countdown IN ('running', 'reached')) = (deadline_at IS NOT NULL)),
    CHECK ((countdown IN ('paused', 'lifted')) = (left_ms IS NOT NULL)),
    CHECK (remind_at IS NULL OR countdown = 'running'),
    CHECK (remind_in_ms IS NULL OR left_ms IS NOT NULL),
    CHECK ((countdown = 'running') = (wake_at IS NOT NULL)),
    CHECK (merged_into <> id),
    CHECK (merged_into IS NOT NULL OR NOT merged_hold)
);
-- Every new report is entered into each of these that has no WHERE: there are few.
CREATE INDEX reports_service ON reports (directory, service_id, id);
CREATE INDEX reports_customer ON reports (directory, customer_id, id);
CREATE INDEX reports_open_of_service ON reports (directory, service_id, category, id) WHERE status = 'open';
CREATE INDEX reports_status ON reports (status, id);
CREATE INDEX reports_category ON reports (category, id);
-- What waits for staff is little, and an index of it alone does for the list.
CREATE INDEX reports_for_staff ON reports (id) WHERE turn = 'staff';
CREATE INDEX reports_address ON reports (address, id) WHERE address IS NOT NULL;
CREATE INDEX reports_assignee ON reports (assignee, id) WHERE assignee IS NOT NULL;
CREATE INDEX reports_merged ON reports (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX reports_deadline ON reports (deadline_at, id) WHERE countdown = 'running';
CREATE INDEX reports_wake ON reports (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE categories (name TEXT PRIMARY KEY);

CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    report_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- The facts of the kind, as a JSON object.
    data TEXT NOT NULL
);
CREATE INDEX events_report ON events (report_id, id);

-- Between customer and staff.
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    report_id BIGINT NOT NULL REFERENCES reports (id),
    at BIGINT NOT NULL,
    author TEXT NOT NULL,
    from_customer BOOLEAN NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX messages_report ON messages (report_id, id);

-- For staff only. A table of its own, so that no forgotten condition can show one to a customer.
CREATE TABLE notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    report_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    author TEXT NOT NULL,
    from_opening BOOLEAN NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX notes_report ON notes (report_id, id);

-- Reports that came from another desk, by their references there, so that none is taken over twice.
CREATE TABLE imported_reports (
    source TEXT NOT NULL,
    reference TEXT NOT NULL,
    report_id BIGINT NOT NULL,
    PRIMARY KEY (source, reference)
);

-- Answers that were given, so that the same request gets the same one again.
CREATE TABLE idempotency_keys (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    report_id BIGINT NOT NULL,
    warnings TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

-- What staff have written on the page of a report and not sent yet, while they pressed another button there.
CREATE TABLE drafts (
    staff TEXT NOT NULL REFERENCES staff (name),
    report_id BIGINT NOT NULL REFERENCES reports (id),
    kind TEXT NOT NULL CHECK (kind IN ('answer', 'customer-answer', 'note')),
    body TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (staff, report_id, kind)
);
CREATE INDEX drafts_saved ON drafts (saved_at);

-- Who looks at which report right now.
CREATE TABLE presence (
    report_id BIGINT NOT NULL REFERENCES reports (id),
    staff TEXT NOT NULL REFERENCES staff (name),
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (report_id, staff)
);

-- Words of reports, and reports whose words are to be read (again).
CREATE VIRTUAL TABLE report_words USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, prefix = '3 4 5 6 7 8 9 10 11 12',
    tokenize = "unicode61 remove_diacritics 0 tokenchars '.:_@/+-'"
);
CREATE TABLE reports_to_read (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    report_id BIGINT NOT NULL
);

---------------------------------------------------------------------------------------------------
-- Holds and orders: which report wants a service suspended, and what the panel was asked for

CREATE TABLE holds (
    report_id BIGINT PRIMARY KEY REFERENCES reports (id),
    directory TEXT NOT NULL,
    service_id BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'placed', 'released')),
    since BIGINT NOT NULL,
    press TEXT CHECK (press IN ('staff', 'automatic')),
    why TEXT,
    CHECK ((state = 'waiting') = (why IS NOT NULL)),
    CHECK ((state = 'waiting') = (press IS NULL))
);
CREATE INDEX holds_service ON holds (directory, service_id, report_id);
CREATE INDEX holds_placed ON holds (directory, service_id) WHERE state = 'placed';
CREATE INDEX holds_state ON holds (state, report_id);

-- Automatic suspensions of the last hour are counted here; a hold that was released still counts.
CREATE TABLE automatic_suspensions (
    report_id BIGINT NOT NULL REFERENCES reports (id),
    at BIGINT NOT NULL
);
CREATE INDEX automatic_suspensions_at ON automatic_suspensions (at);

CREATE TABLE enforcements (
    directory TEXT NOT NULL,
    service_id BIGINT NOT NULL,
    record TEXT NOT NULL,
    -- The panel does not say how it stands, since then and because of that: a code with its data, as JSON.
    unseen_since BIGINT,
    unseen_why TEXT,
    unseen_alarmed BOOLEAN NOT NULL,
    order_again BOOLEAN NOT NULL,
    tries BIGINT NOT NULL,
    looked_at BIGINT NOT NULL,
    -- The slow pass looks at it.
    watched BOOLEAN NOT NULL,
    -- What of it needs a person.
    trouble TEXT
        CHECK (trouble IN ('drifted', 'suspend_by_hand', 'unsuspend_by_hand', 'suspend_failed', 'unsuspend_failed', 'unsuspend_unseen', 'unseen')),
    PRIMARY KEY (directory, service_id),
    CHECK ((unseen_since IS NULL) = (unseen_why IS NULL))
);
CREATE INDEX enforcements_watched ON enforcements (looked_at) WHERE watched;
CREATE INDEX enforcements_trouble ON enforcements (trouble, directory, service_id) WHERE trouble IS NOT NULL;

CREATE TABLE order_ids (next BIGINT NOT NULL);
INSERT INTO order_ids (next) VALUES (1);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    directory TEXT NOT NULL,
    service_id BIGINT NOT NULL,
    -- For which report; 0 where none is left behind it. Nobody stays suspended for want of one.
    report_id BIGINT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('suspend', 'unsuspend')),
    reason TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    sendings BIGINT NOT NULL,
    answered_at BIGINT,
    answer TEXT,
    FOREIGN KEY (directory, service_id) REFERENCES enforcements (directory, service_id),
    CHECK ((answered_at IS NULL) = (answer IS NULL))
);
CREATE INDEX orders_service ON orders (directory, service_id, id);

---------------------------------------------------------------------------------------------------
-- Jobs

CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    -- Rises with each wish for the same: what was finished meanwhile runs once more.
    generation BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    lease TEXT,
    tries BIGINT NOT NULL,
    -- How often whoever had claimed it went away without a word.
    lost BIGINT NOT NULL DEFAULT 0,
    urgent BOOLEAN NOT NULL DEFAULT FALSE,
    dead BOOLEAN NOT NULL,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (kind, key),
    CHECK (lease IS NULL OR NOT dead)
);
CREATE INDEX jobs_due ON jobs (kind, run_at) WHERE NOT dead;
CREATE INDEX jobs_urgent ON jobs (kind, run_at) WHERE urgent AND NOT dead;
CREATE INDEX jobs_dead ON jobs (id) WHERE dead;

---------------------------------------------------------------------------------------------------
-- Notices: what customers and staff are told by mail

-- What became of each notice.
CREATE TABLE notices (
    report_id BIGINT NOT NULL REFERENCES reports (id),
    notice TEXT NOT NULL,
    audience TEXT NOT NULL CHECK (audience IN ('customer', 'staff')),
    at BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    taken BOOLEAN NOT NULL,
    -- Addresses that it went to, with what servers said of those that did not take it: a JSON list.
    recipients TEXT NOT NULL,
    -- Why nobody got it: a code with its data, as JSON.
    why TEXT,
    done_at BIGINT NOT NULL,
    -- A mail server took it, and it came back all the same.
    bounced_at BIGINT,
    PRIMARY KEY (report_id, notice, audience, at),
    CHECK (bounced_at IS NULL OR NOT taken)
);
-- What a customer did not get: found without looking through all that they got.
CREATE INDEX notices_undelivered ON notices (report_id, at) WHERE audience = 'customer' AND NOT taken;
-- A digest tells of many notices; when it comes back, all of them did.
CREATE INDEX notices_digest ON notices (message_id)
    WHERE message_id >= '<digest.' AND message_id < '<digest/';

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
    report_id BIGINT NOT NULL REFERENCES reports (id),
    notice TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (mailbox, since, report_id, notice, at)
);

-- Links in notices: who has one is the customer. Tokens are kept as hashes.
CREATE TABLE client_links (
    token_hash TEXT PRIMARY KEY,
    directory TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    report_id BIGINT NOT NULL REFERENCES reports (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX client_links_report ON client_links (report_id);
CREATE INDEX client_links_expires ON client_links (expires_at);

-- Texts of notices that the desk has in the place of ours: written in the staff area, the same on every node.
CREATE TABLE templates (
    name TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    version BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);

-- The days of which a summary went out.
CREATE TABLE summaries (
    day TEXT PRIMARY KEY,
    due_at BIGINT NOT NULL
);

---------------------------------------------------------------------------------------------------
-- Mail that comes in

-- Byte by byte; the same bytes are kept once.
CREATE TABLE raw_mails (
    sha256 TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
);

-- One for each recipient, and what became of it. A report whose code it shows need not be there: the desk may have been
-- put back to an older state since. No mail is refused for that.
CREATE TABLE incoming_mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT NOT NULL REFERENCES raw_mails (sha256),
    size BIGINT NOT NULL,
    door TEXT NOT NULL,
    envelope_from TEXT,
    envelope_to TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    -- Since when nobody has read it: since it came, or since it was to be read again.
    unread_since BIGINT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('unread', 'answer', 'duplicate', 'bounce', 'automatic', 'receipt', 'own', 'waiting', 'attached', 'dismissed', 'placed', 'no_report')),
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
    -- The name of the file that it came in; a hint for whoever reads it.
    name TEXT NOT NULL DEFAULT '',
    -- Whose it is at the REST interface: the reference of the token.
    credential TEXT,
    -- How far its sender is trusted. While it is unread: what whoever handed it over says.
    lane TEXT CHECK (lane IN ('trusted', 'known', 'untrusted')),
    -- The domain that authenticated it; empty for none.
    auth_domain TEXT NOT NULL DEFAULT '',
    -- What was odd about its authentication, as words with blanks between them.
    flags TEXT NOT NULL DEFAULT '',
    reporter_id BIGINT,
    -- As what it was recognised, and as what it is no report.
    format TEXT,
    not_a_report TEXT,
    -- Who complains, in their words, and what was odd: JSON.
    complaint TEXT,
    -- Why staff dismissed it.
    because TEXT,
    decided_by TEXT,
    decided_at BIGINT,
    CHECK ((decided_by IS NULL) = (decided_at IS NULL))
);
CREATE INDEX incoming_mails_same ON incoming_mails (sha256);
CREATE INDEX incoming_mails_state ON incoming_mails (state, id);
CREATE INDEX incoming_mails_token ON incoming_mails (credential, state, id) WHERE credential IS NOT NULL;
CREATE INDEX incoming_mails_report ON incoming_mails (report_id, id) WHERE report_id IS NOT NULL;
CREATE INDEX incoming_mails_reporter ON incoming_mails (reporter_id, id) WHERE reporter_id IS NOT NULL;
CREATE INDEX incoming_mails_unread ON incoming_mails (report_id, unread_since) WHERE state = 'unread';
CREATE INDEX incoming_mails_unread_since ON incoming_mails (unread_since) WHERE state = 'unread';
CREATE INDEX incoming_mails_strange ON incoming_mails (why, door, size)
    WHERE shows_report IS NULL AND state IN ('unread', 'waiting');
CREATE INDEX incoming_mails_shown ON incoming_mails (shows_report, received_at, size)
    WHERE shows_report IS NOT NULL;

-- Who complains. Rows come by themselves, one for each address.
CREATE TABLE reporters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- In lower case, with the domain as the network has it.
    email TEXT NOT NULL UNIQUE,
    domain TEXT NOT NULL,
    -- What staff say; none: whatever its authentication shows.
    lane TEXT CHECK (lane IN ('trusted', 'known', 'untrusted')),
    muted BOOLEAN NOT NULL DEFAULT FALSE,
    complaints BIGINT NOT NULL DEFAULT 0,
    upheld BIGINT NOT NULL DEFAULT 0,
    unfounded BIGINT NOT NULL DEFAULT 0,
    last_at BIGINT NOT NULL
);
CREATE INDEX reporters_domain ON reporters (domain);

-- The allegations of complaints, numbered in the order in which they stand there, and what became of each.
CREATE TABLE incidents (
    mail_id BIGINT NOT NULL,
    n BIGINT NOT NULL,
    category TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    ip TEXT,
    port BIGINT,
    observed_at BIGINT,
    zone TEXT NOT NULL,
    count BIGINT NOT NULL,
    -- Pages, domains and what was attacked: JSON, cut off where it is long.
    details TEXT NOT NULL,
    -- Whose it was then.
    directory TEXT,
    service_id BIGINT,
    customer_id TEXT,
    fate TEXT NOT NULL
        CHECK (fate IN ('opened', 'joined', 'by_staff', 'would_open', 'would_join', 'waits', 'passed')),
    -- Why it waits or was passed over.
    why TEXT,
    report_id BIGINT,
    PRIMARY KEY (mail_id, n)
);

-- The complaints about a report.
CREATE TABLE report_complaints (
    report_id BIGINT NOT NULL,
    mail_id BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    -- How the report ended, as far as that counts for who complains.
    outcome TEXT CHECK (outcome IN ('upheld', 'unfounded')),
    PRIMARY KEY (report_id, mail_id)
);
CREATE INDEX report_complaints_mail ON report_complaints (mail_id);

-- What all complaints about a report say together. Reports about which nobody complained have no row.
CREATE TABLE report_incidents (
    report_id BIGINT PRIMARY KEY,
    count BIGINT NOT NULL,
    complaints BIGINT NOT NULL,
    first_seen BIGINT,
    last_seen BIGINT,
    -- How many complaints the customer was told of, and when last.
    told BIGINT NOT NULL,
    told_at BIGINT NOT NULL,
    -- When the customer is told of those that came since; none: there are none.
    tell_at BIGINT,
    -- The kinds of evidence and the reporters so far: JSON, cut off where there are many.
    seen TEXT NOT NULL
);
CREATE INDEX report_incidents_tell ON report_incidents (tell_at) WHERE tell_at IS NOT NULL;

-- Held by whoever places complaints about a service and a category, so that two at a time make one report.
CREATE TABLE matters (
    directory TEXT NOT NULL,
    service_id BIGINT NOT NULL,
    category TEXT NOT NULL,
    PRIMARY KEY (directory, service_id, category)
);

-- Signatures of mails: one that comes again on another mail was copied.
CREATE TABLE mail_signatures (
    hash TEXT PRIMARY KEY,
    mail_id BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX mail_signatures_seen ON mail_signatures (seen_at);

-- By what the complaints of a reporter are told from those of others.
CREATE TABLE reporter_marks (
    email TEXT NOT NULL,
    -- What is told apart: the signer, the layout, the recipient.
    kind TEXT NOT NULL,
    mark TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    -- Else it was seen only: it counts from when staff trust the reporter anew.
    accepted BOOLEAN NOT NULL,
    PRIMARY KEY (email, kind, mark)
);

-- Who had a receipt for a complaint lately, by the hash of their address.
CREATE TABLE receipts (
    address TEXT PRIMARY KEY,
    mail_id BIGINT NOT NULL,
    sent_at BIGINT NOT NULL
);

-- What was posted to the REST interface under a key, so that the same request is taken once.
CREATE TABLE complaint_keys (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    -- Numbers of mails: a JSON list.
    mails TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (caller, key)
);
CREATE INDEX complaint_keys_created ON complaint_keys (created_at);

-- Receipts of complaints that came by the public form: who has the token of one sees how far the complaint is.
CREATE TABLE form_receipts (
    token_hash TEXT PRIMARY KEY,
    mail_id BIGINT NOT NULL REFERENCES incoming_mails (id),
    language TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX form_receipts_created ON form_receipts (created_at);

-- Mailboxes that are read: by one node at a time.
CREATE TABLE mailboxes (
    name TEXT PRIMARY KEY,
    lease TEXT,
    lease_until BIGINT,
    tried_at BIGINT,
    trouble TEXT,
    -- How far it was read: UIDVALIDITY, UIDs (app/src/intake/position.rs).
    position TEXT,
    CHECK ((lease IS NULL) = (lease_until IS NULL))
);

---------------------------------------------------------------------------------------------------
-- Files

-- Bytes of files, once for each hash, in pieces that are read and written one at a time.
CREATE TABLE contents (
    hash TEXT PRIMARY KEY,
    size BIGINT NOT NULL,
    scan TEXT NOT NULL CHECK (scan IN ('not_scanned', 'waiting', 'clean', 'infected', 'failed')),
    scan_detail TEXT NOT NULL,
    used_at BIGINT NOT NULL
);
CREATE INDEX contents_used ON contents (used_at);
CREATE TABLE content_chunks (
    hash TEXT NOT NULL REFERENCES contents (hash) ON DELETE CASCADE,
    n BIGINT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (hash, n)
);

-- Files of messages, which customer and staff see. The row of one that was taken away outlives its bytes.
CREATE TABLE message_attachments (
    id TEXT PRIMARY KEY,
    report_id BIGINT NOT NULL REFERENCES reports (id),
    message_id BIGINT NOT NULL REFERENCES messages (id),
    n BIGINT NOT NULL,
    hash TEXT NOT NULL,
    name TEXT NOT NULL,
    size BIGINT NOT NULL,
    author TEXT NOT NULL,
    from_outside BOOLEAN NOT NULL,
    at BIGINT NOT NULL,
    removed_at BIGINT,
    removed_by TEXT,
    CHECK ((removed_at IS NULL) = (removed_by IS NULL))
);
CREATE INDEX message_attachments_report ON message_attachments (report_id, message_id, n);
CREATE INDEX message_attachments_hash ON message_attachments (hash);

-- Files of notes. A table of its own, as notes have, so that no forgotten condition can show one to a customer.
CREATE TABLE note_attachments (
    id TEXT PRIMARY KEY,
    report_id BIGINT NOT NULL REFERENCES reports (id),
    note_id BIGINT NOT NULL REFERENCES notes (id),
    n BIGINT NOT NULL,
    hash TEXT NOT NULL,
    name TEXT NOT NULL,
    size BIGINT NOT NULL,
    author TEXT NOT NULL,
    from_outside BOOLEAN NOT NULL,
    at BIGINT NOT NULL,
    removed_at BIGINT,
    removed_by TEXT,
    CHECK ((removed_at IS NULL) = (removed_by IS NULL))
);
CREATE INDEX note_attachments_report ON note_attachments (report_id, note_id, n);
CREATE INDEX note_attachments_hash ON note_attachments (hash);

---------------------------------------------------------------------------------------------------
-- Payments: paying to unsuspend

CREATE TABLE payments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    report_id BIGINT NOT NULL REFERENCES reports (id),
    directory TEXT NOT NULL,
    service_id BIGINT NOT NULL,
    customer_id TEXT NOT NULL,
    cashier TEXT NOT NULL,
    price_cents BIGINT NOT NULL,
    price_currency TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('wished', 'asking', 'open', 'paid', 'refused', 'ended', 'reversed')),
    since BIGINT NOT NULL,
    reference TEXT,
    url TEXT,
    due_cents BIGINT,
    due_currency TEXT,
    -- What staff were told about it that they have to look at: a code with its data, as JSON.
    issue TEXT,
    -- Nobody can see its invoice, since then; and staff were told.
    unseen_since BIGINT,
    unseen_told BOOLEAN NOT NULL,
    asked_at BIGINT NOT NULL,
    -- An invoice is there as a whole, or not at all.
    CHECK ((reference IS NULL) = (url IS NULL)),
    CHECK ((reference IS NULL) = (due_cents IS NULL)),
    CHECK ((reference IS NULL) = (due_currency IS NULL))
);
CREATE INDEX payments_report ON payments (report_id, id);
CREATE INDEX payments_reference ON payments (cashier, reference) WHERE reference IS NOT NULL;
-- Two tabs, two clicks: one payment at a time.
CREATE UNIQUE INDEX payments_live ON payments (report_id) WHERE state IN ('wished', 'asking', 'open');

---------------------------------------------------------------------------------------------------
-- Other programs: webhooks, and addons of panels

-- Messages to webhooks: what is to be sent, what became of it, and the bytes that are sent on every try.
CREATE TABLE webhook_deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook TEXT NOT NULL,
    message_id TEXT NOT NULL,
    report_id BIGINT,
    event TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    tries BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    lease TEXT,
    tried_at BIGINT,
    status BIGINT,
    result TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    CHECK ((state = 'waiting') = (ended_at IS NULL)),
    CHECK (lease IS NULL OR state = 'waiting')
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook, run_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_report ON webhook_deliveries (report_id, id);
CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (id) WHERE state = 'dead';
CREATE INDEX webhook_deliveries_created ON webhook_deliveries (created_at);

-- What a panel's addon told us. Kept so that nothing counts twice, and to be looked up.
CREATE TABLE bridge_messages (
    directory TEXT NOT NULL,
    message_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (directory, message_id)
);
CREATE INDEX bridge_messages_received ON bridge_messages (received_at);

-- Customers who came by single sign-on: tokens that were used, and their sessions. Tokens of sessions are kept as hashes.
CREATE TABLE sign_on_tokens (
    directory TEXT NOT NULL,
    token TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (directory, token)
);
CREATE TABLE customer_sessions (
    token_hash TEXT PRIMARY KEY,
    directory TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    reads_only BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX customer_sessions_expires ON customer_sessions (expires_at);

---------------------------------------------------------------------------------------------------
-- Figures

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
