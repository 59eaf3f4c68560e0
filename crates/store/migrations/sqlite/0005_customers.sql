-- Fewer indexes that every new report is entered into: what waits for staff is little, and an index of it alone
-- does for the list; a category with a status is led by the category.
DROP INDEX reports_turn;
DROP INDEX reports_status_category;
CREATE INDEX reports_for_staff ON reports (id) WHERE turn = 'staff';

-- What customers said and did on their own.
ALTER TABLE reports ADD COLUMN claim TEXT;
ALTER TABLE reports ADD COLUMN wanted_ms BIGINT;
ALTER TABLE reports ADD COLUMN more_time_times BIGINT NOT NULL DEFAULT 0;
ALTER TABLE reports ADD COLUMN unsuspended_times BIGINT NOT NULL DEFAULT 0;

-- Links in notices: who has one is the customer. Tokens are kept as hashes.
CREATE TABLE client_links (
    token_hash TEXT PRIMARY KEY,
    directory TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    report_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX client_links_report ON client_links (report_id);
CREATE INDEX client_links_expires ON client_links (expires_at);

-- Customers who ask for a new link by their mail address.
CREATE INDEX services_mail ON services (lower(customer_email));
-- Those who have several, separated by commas.
CREATE INDEX services_mails ON services (directory, service_id) WHERE customer_email LIKE '%,%';
