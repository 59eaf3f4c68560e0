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
INSERT INTO changes (topic, seq) VALUES ('settings', 0), ('people', 0), ('desk', 0), ('ledger', 0);

-- The state of the desk as a whole: one row.
CREATE TABLE desk (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    paused_at BIGINT,
    paused_by TEXT,
    clock_suspect TEXT,
    heartbeat_at BIGINT,
    still_from BIGINT,
    still_to BIGINT,
    reading_behind_since BIGINT
);
INSERT INTO desk (id) VALUES (1);

CREATE TABLE roles (
    name TEXT PRIMARY KEY,
    rights TEXT NOT NULL,
    built_in BOOLEAN NOT NULL
);

INSERT INTO roles (name, rights, built_in) VALUES
    ('admin', '*', TRUE),
    ('agent', 'see_reports open answer close suspend approve', TRUE),
    ('viewer', 'see_reports', TRUE);

CREATE TABLE staff (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    role TEXT NOT NULL REFERENCES roles (name),
    password_hash TEXT,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE credentials (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    role TEXT REFERENCES roles (name),
    identifier_hash TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
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

CREATE TABLE directories (
    name TEXT PRIMARY KEY,
    looked_at BIGINT,
    complete_at BIGINT
);

CREATE TABLE services (
    directory TEXT NOT NULL,
    service_id BIGINT NOT NULL,
    customer_id TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    customer_email TEXT NOT NULL,
    language TEXT NOT NULL,
    product TEXT NOT NULL,
    domain TEXT NOT NULL,
    username TEXT NOT NULL,
    server TEXT NOT NULL,
    status TEXT NOT NULL,
    dedicated_ip TEXT NOT NULL,
    protected BOOLEAN NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (directory, service_id)
);

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
    changed_in BIGINT NOT NULL
);
CREATE INDEX assignments_resource ON assignments (resource);
CREATE INDEX assignments_service ON assignments (directory, service_id);
CREATE INDEX assignments_changed ON assignments (changed_in);

CREATE TABLE report_ids (next BIGINT NOT NULL);
INSERT INTO report_ids (next) VALUES (1);
CREATE TABLE reports (
    id INTEGER PRIMARY KEY,
    directory TEXT,
    service_id BIGINT,
    customer_id TEXT,
    category TEXT NOT NULL,
    service_ip TEXT NOT NULL,
    additional_info TEXT NOT NULL,
    suspend_method TEXT NOT NULL,
    allow_unsuspend BOOLEAN NOT NULL,
    opened_at BIGINT NOT NULL,
    opened_by TEXT NOT NULL,
    status TEXT NOT NULL,
    queued_why TEXT,
    turn TEXT,
    outcome TEXT,
    closed_at BIGINT,
    countdown TEXT NOT NULL,
    deadline_at BIGINT,
    remind_at BIGINT,
    left_ms BIGINT,
    remind_in_ms BIGINT,
    wake_at BIGINT,
    revision BIGINT NOT NULL
);
CREATE INDEX reports_service ON reports (directory, service_id, id);
CREATE INDEX reports_status ON reports (status, id);
CREATE INDEX reports_wake ON reports (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    report_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX events_report ON events (report_id, id);

-- Between customer and staff.
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    report_id BIGINT NOT NULL,
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

CREATE TABLE categories (name TEXT PRIMARY KEY);

CREATE TABLE holds (
    report_id BIGINT PRIMARY KEY,
    directory TEXT NOT NULL,
    service_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    since BIGINT NOT NULL,
    press TEXT,
    why TEXT
);
CREATE INDEX holds_service ON holds (directory, service_id, report_id);
CREATE INDEX holds_waiting ON holds (report_id) WHERE state = 'waiting';
-- Automatic suspensions of the last hour are counted here; a hold that was released still counts.
CREATE TABLE automatic_suspensions (
    report_id BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX automatic_suspensions_at ON automatic_suspensions (at);

CREATE TABLE enforcements (
    directory TEXT NOT NULL,
    service_id BIGINT NOT NULL,
    record TEXT NOT NULL,
    unseen_since BIGINT,
    unseen_why TEXT,
    unseen_alarmed BOOLEAN NOT NULL,
    order_again BOOLEAN NOT NULL,
    tries BIGINT NOT NULL,
    looked_at BIGINT NOT NULL,
    watched BOOLEAN NOT NULL,
    PRIMARY KEY (directory, service_id)
);
CREATE INDEX enforcements_watched ON enforcements (looked_at) WHERE watched;

CREATE TABLE order_ids (next BIGINT NOT NULL);
INSERT INTO order_ids (next) VALUES (1);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    directory TEXT NOT NULL,
    service_id BIGINT NOT NULL,
    report_id BIGINT NOT NULL,
    action TEXT NOT NULL,
    reason TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    sendings BIGINT NOT NULL,
    answered_at BIGINT,
    answer TEXT
);
CREATE INDEX orders_service ON orders (directory, service_id, id);

CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
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
    UNIQUE (kind, key)
);
CREATE INDEX jobs_due ON jobs (kind, run_at) WHERE NOT dead;
CREATE INDEX jobs_urgent ON jobs (kind, run_at) WHERE urgent AND NOT dead;
CREATE INDEX jobs_dead ON jobs (id) WHERE dead;

-- What became of each notice.
CREATE TABLE notices (
    report_id BIGINT NOT NULL,
    notice TEXT NOT NULL,
    audience TEXT NOT NULL,
    at BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    taken BOOLEAN NOT NULL,
    detail TEXT NOT NULL,
    done_at BIGINT NOT NULL,
    PRIMARY KEY (report_id, notice, audience, at)
);

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
