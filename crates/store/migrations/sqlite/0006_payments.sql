-- Paying to unsuspend.
ALTER TABLE reports ADD COLUMN pay_to_unsuspend BOOLEAN NOT NULL DEFAULT FALSE;

CREATE TABLE payments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    report_id BIGINT NOT NULL,
    directory TEXT NOT NULL,
    service_id BIGINT NOT NULL,
    customer_id TEXT NOT NULL,
    cashier TEXT NOT NULL,
    price_cents BIGINT NOT NULL,
    price_currency TEXT NOT NULL,
    state TEXT NOT NULL,
    since BIGINT NOT NULL,
    reference TEXT,
    url TEXT,
    due_cents BIGINT,
    due_currency TEXT,
    detail TEXT NOT NULL,
    asked_at BIGINT NOT NULL
);
CREATE INDEX payments_report ON payments (report_id, id);
CREATE INDEX payments_reference ON payments (cashier, reference) WHERE reference IS NOT NULL;
-- Two tabs, two clicks: one payment at a time.
CREATE UNIQUE INDEX payments_live ON payments (report_id) WHERE state IN ('wished', 'asking', 'open');
