-- Directories that are looked at by themselves: when everything was last seen as it is stored, what came
-- of the last try, and who is looking now.
ALTER TABLE directories ADD COLUMN synced_at BIGINT;
ALTER TABLE directories ADD COLUMN tried_at BIGINT;
ALTER TABLE directories ADD COLUMN trouble TEXT;
ALTER TABLE directories ADD COLUMN lease TEXT;
ALTER TABLE directories ADD COLUMN lease_until BIGINT;

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

-- Customers who came by single sign-on. Tokens are kept as hashes.
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

-- A customer's reports, the open ones of a service, and what holds it.
CREATE INDEX reports_customer ON reports (directory, customer_id, id);
CREATE INDEX reports_open_of_service ON reports (directory, service_id) WHERE status = 'open';
CREATE INDEX holds_placed ON holds (directory, service_id) WHERE state = 'placed';
