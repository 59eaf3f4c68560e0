-- Messages to webhooks: what is to be sent, what became of it, and the bytes that are sent on every try.
CREATE TABLE webhook_deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook TEXT NOT NULL,
    message_id TEXT NOT NULL,
    report_id BIGINT,
    event TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    tries BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    lease TEXT,
    tried_at BIGINT,
    status BIGINT,
    result TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook, run_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_report ON webhook_deliveries (report_id, id);
CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (id) WHERE state = 'dead';
CREATE INDEX webhook_deliveries_created ON webhook_deliveries (created_at);
