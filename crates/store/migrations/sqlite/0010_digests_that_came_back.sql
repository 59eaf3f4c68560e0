-- A digest tells of many notices; when it comes back, all of them did.
CREATE INDEX notices_digest ON notices (message_id)
    WHERE message_id >= '<digest.' AND message_id < '<digest/';
