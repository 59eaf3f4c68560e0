//! Mails that came in, what became of them, and the mailboxes that are read.

use portreeve_core::ids::{MailId, ReportId};
use portreeve_core::intake::{Lane, MailState, Why};
use portreeve_core::notice::{Audience, Notice};
use portreeve_core::reason::NotDelivered;

use crate::codes::{Maybe, Stored};
use crate::db::{StoreError, Tx, on};
use crate::dialect::for_update;
use crate::notices::{Recipient, read_recipients, written};

/// A mail that is to be kept.
#[derive(Debug, Clone)]
pub struct NewMail {
    /// Hash of its bytes, in hex.
    pub sha256: String,
    /// How many there are.
    pub size: i64,
    /// Which way it came.
    pub door: String,
    /// Whom its envelope has as the sender: empty for nobody, none where there was no envelope.
    pub envelope_from: Option<String>,
    /// Whom its envelope has as the recipient; empty where there was no envelope.
    pub envelope_to: String,
    /// When, milliseconds.
    pub received_at: i64,
    /// The report that its recipient's address shows.
    pub report: Option<ReportId>,
    /// The report whose code it shows.
    pub shows_report: Option<ReportId>,
    /// The name of the file that it came in; empty for none.
    pub name: String,
    /// The reference of the token with which it came.
    pub credential: Option<String>,
    /// How far its sender is trusted, where whoever handed it over says so.
    pub lane: Option<Lane>,
}

/// Mails that nobody has read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unread {
    /// How many, up to a bound.
    pub count: i64,
    /// When the oldest came, milliseconds.
    pub since: Option<i64>,
}

/// A mail that came in.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MailRow {
    /// Its number.
    #[sqlx(try_from = "Stored<MailId>")]
    pub id: MailId,
    /// Hash of its bytes, in hex.
    pub sha256: String,
    /// How many there are.
    pub size: i64,
    /// Which way it came.
    pub door: String,
    /// Whom its envelope has as the sender.
    pub envelope_from: Option<String>,
    /// Whom its envelope has as the recipient.
    pub envelope_to: String,
    /// When, milliseconds.
    pub received_at: i64,
    /// What became of it.
    #[sqlx(try_from = "Stored<MailState>")]
    pub state: MailState,
    /// Why it waits.
    #[sqlx(try_from = "Maybe<Why>")]
    pub why: Option<Why>,
    /// The report that it belongs to, or seems to.
    #[sqlx(rename = "report_id", try_from = "Maybe<ReportId>")]
    pub report: Option<ReportId>,
    /// The report whose code it shows.
    #[sqlx(try_from = "Maybe<ReportId>")]
    pub shows_report: Option<ReportId>,
    /// Its Message-ID.
    pub message_id: Option<String>,
    /// Whom it says that it is from.
    pub from_address: String,
    /// Its subject.
    pub subject: String,
    /// Files that came with it.
    pub files: i64,
    /// The member of staff who decided about it.
    pub decided_by: Option<String>,
    /// When, milliseconds.
    pub decided_at: Option<i64>,
    /// The name of the file that it came in; empty for none.
    pub name: String,
    /// The reference of the token with which it came.
    pub credential: Option<String>,
    /// How far its sender is trusted. While it is unread: what whoever handed it over says.
    #[sqlx(try_from = "Maybe<Lane>")]
    pub lane: Option<Lane>,
    /// The domain that authenticated it; empty for none.
    pub auth_domain: String,
    /// What was odd about its authentication, with blanks between the words.
    pub flags: String,
    /// Who complains.
    #[sqlx(rename = "reporter_id")]
    pub reporter: Option<i64>,
    /// The format of the complaint.
    pub format: Option<String>,
    /// As what it is no report.
    pub not_a_report: Option<String>,
    /// Who complains, in their words, and what was odd: JSON.
    pub complaint: Option<String>,
    /// Why staff dismissed it.
    pub because: Option<String>,
}

/// Bytes of mails that show no report's code and are unread or wait for staff.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct StrangeMails {
    /// Of those with which somebody has something to do: without what is about other networks, and what is only
    /// observed.
    pub to_do: i64,
    /// Of those that came by the public form.
    pub by_form: i64,
    /// Of all of them.
    pub kept: i64,
}

/// A mail with the same bytes that came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct CameBefore {
    /// How it stands.
    #[sqlx(try_from = "Stored<MailState>")]
    pub state: MailState,
    /// How far its sender is trusted; none: nobody has read it.
    #[sqlx(try_from = "Maybe<Lane>")]
    pub lane: Option<Lane>,
}

/// What was found in a mail.
#[derive(Debug, Clone)]
pub struct MailReading {
    /// Its Message-ID.
    pub message_id: Option<String>,
    /// Whom it says that it is from.
    pub from_address: String,
    /// Its subject.
    pub subject: String,
    /// Files that came with it.
    pub files: i64,
    /// Hash of what was written in it and came with it, in hex.
    pub content_sha256: String,
}

/// What becomes of a mail.
#[derive(Debug, Clone)]
pub struct MailEnd<'a> {
    /// What it is from now on.
    pub state: MailState,
    /// Why it waits.
    pub why: Option<Why>,
    /// The report that it belongs to, or seems to.
    pub report: Option<ReportId>,
    /// The member of staff who decided, if one did.
    pub by: Option<&'a str>,
}

/// A notice as far as a mail that came back has to fit it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentNotice {
    /// Its Message-ID, with angle brackets.
    pub message_id: String,
    /// A mail server took it, and it did not come back.
    pub taken: bool,
    /// To whom it went.
    pub recipients: Vec<Recipient>,
    /// When it came back, milliseconds.
    pub bounced_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct SentNoticeRow {
    report_id: i64,
    notice: String,
    at: i64,
    message_id: String,
    taken: bool,
    recipients: String,
    bounced_at: Option<i64>,
}

impl SentNoticeRow {
    fn read(self) -> Result<(ReportId, Notice, i64, SentNotice), StoreError> {
        let bad = || StoreError::Inconsistent {
            table: "notices",
            column: "notice",
            id: self.report_id.to_string(),
        };
        let notice = Notice::parse(&self.notice).ok_or_else(bad)?;
        let recipients = read_recipients(&self.recipients, self.report_id)?;
        let Self { message_id, taken, bounced_at, .. } = self;
        let sent = SentNotice { message_id, taken, recipients, bounced_at };
        Ok((ReportId(self.report_id), notice, self.at, sent))
    }
}

pub(crate) const MAIL: &str = "SELECT id, sha256, size, door, envelope_from, envelope_to, received_at, state, why,
    report_id, shows_report, message_id, from_address, subject, files, decided_by, decided_at, name, credential,
    lane, auth_domain, flags, reporter_id, format, not_a_report, complaint, because FROM incoming_mails";

/// What a mail takes in the database at the least, in bytes.
const LEAST: i64 = 1_024;

impl Tx {
    /// Keeps the bytes of a mail. Whoever keeps the same ones waits until this transaction ends.
    pub async fn keep_raw_mail(&mut self, sha256: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let sql = "INSERT INTO raw_mails (sha256, bytes) VALUES ($1, $2)
            ON CONFLICT (sha256) DO UPDATE SET sha256 = excluded.sha256";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(sha256).bind(bytes).execute(conn).await?;
        });
        Ok(())
    }

    /// The bytes of a mail.
    pub async fn raw_mail(&mut self, sha256: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT bytes FROM raw_mails WHERE sha256 = $1";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, Vec<u8>>(sql)
                .bind(sha256)
                .fetch_optional(conn)
                .await?)
        })
    }

    /// The mail with these bytes that came since `since`, if there was one: for this recipient, and with this token of the
    /// REST interface, where those are named.
    pub async fn same_mail(
        &mut self,
        sha256: &str,
        envelope_to: Option<&str>,
        credential: Option<&str>,
        since: i64,
    ) -> Result<Option<MailId>, StoreError> {
        // One that was set aside as the copy of another says nothing.
        let sql = "SELECT id FROM incoming_mails
            WHERE sha256 = $1 AND (envelope_to = $2 OR CAST($2 AS TEXT) IS NULL)
                AND (credential = $3 OR CAST($3 AS TEXT) IS NULL) AND received_at >= $4
            ORDER BY CASE WHEN state = 'duplicate' THEN 1 ELSE 0 END, id LIMIT 1";
        let id: Option<i64> = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql)
                .bind(sha256)
                .bind(envelope_to)
                .bind(credential)
                .bind(since)
                .fetch_optional(conn)
                .await?
        });
        Ok(id.map(MailId))
    }

    /// An earlier mail with these bytes that is no answer and no copy itself, if there is one: how it stands and how far
    /// its sender is trusted.
    pub async fn came_before(
        &mut self,
        sha256: &str,
        id: MailId,
    ) -> Result<Option<CameBefore>, StoreError> {
        let sql = "SELECT state, lane FROM incoming_mails WHERE sha256 = $1 AND id < $2
            AND state IN ('unread', 'placed', 'attached', 'waiting', 'no_report', 'dismissed')
            ORDER BY id LIMIT 1";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql)
                .bind(sha256)
                .bind(id.0)
                .fetch_optional(conn)
                .await?)
        })
    }

    /// Adds a mail that nobody has read.
    pub async fn add_mail(&mut self, mail: &NewMail) -> Result<MailId, StoreError> {
        let sql = "INSERT INTO incoming_mails (sha256, size, door, envelope_from, envelope_to, received_at,
                unread_since, report_id, shows_report, name, credential, lane, state, from_address, subject, files)
            VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10, $11, 'unread', '', '', 0) RETURNING id";
        let id: i64 = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql)
                .bind(&mail.sha256)
                .bind(mail.size)
                .bind(&mail.door)
                .bind(&mail.envelope_from)
                .bind(&mail.envelope_to)
                .bind(mail.received_at)
                .bind(mail.report.map(|report| report.0))
                .bind(mail.shows_report.map(|report| report.0))
                .bind(&mail.name)
                .bind(&mail.credential)
                .bind(mail.lane.map(Lane::code))
                .fetch_one(conn)
                .await?
        });
        Ok(MailId(id))
    }

    /// Writes down whose code a mail turned out to show.
    pub async fn put_shown_report(
        &mut self,
        id: MailId,
        report: ReportId,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE incoming_mails SET shows_report = $1 WHERE id = $2";
        on!(self, conn => {
            sqlx::query::<Database>(sql).bind(report.0).bind(id.0).execute(conn).await?;
        });
        Ok(())
    }

    /// A mail.
    pub async fn mail(&mut self, id: MailId) -> Result<Option<MailRow>, StoreError> {
        self.mail_row(id, "").await
    }

    /// The same, held until the transaction ends.
    pub async fn mail_alone(&mut self, id: MailId) -> Result<Option<MailRow>, StoreError> {
        self.mail_row(id, for_update(self.engine())).await
    }

    async fn mail_row(
        &mut self,
        id: MailId,
        lock: &'static str,
    ) -> Result<Option<MailRow>, StoreError> {
        let sql = format!("{MAIL} WHERE id = $1{lock}");
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sqlx::AssertSqlSafe(sql))
                .bind(id.0)
                .fetch_optional(conn)
                .await?)
        })
    }

    /// Writes down what was found in a mail.
    pub async fn put_mail_reading(
        &mut self,
        id: MailId,
        reading: &MailReading,
    ) -> Result<(), StoreError> {
        let sql =
            "UPDATE incoming_mails SET message_id = $1, from_address = $2, subject = $3, files = $4,
                content_sha256 = $5 WHERE id = $6";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(&reading.message_id)
                .bind(&reading.from_address)
                .bind(&reading.subject)
                .bind(reading.files)
                .bind(&reading.content_sha256)
                .bind(id.0)
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// Writes down what became of a mail.
    pub async fn end_mail(
        &mut self,
        id: MailId,
        end: &MailEnd<'_>,
        now: i64,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE incoming_mails SET state = $1, why = $2, report_id = $3, decided_by = $4,
                decided_at = $5 WHERE id = $6";
        on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(end.state.code())
                .bind(end.why.map(Why::code))
                .bind(end.report.map(|report| report.0))
                .bind(end.by)
                .bind(end.by.map(|_| now))
                .bind(id.0)
                .execute(conn)
                .await?;
        });
        Ok(())
    }

    /// Mails that wait for staff, the oldest first, after `after`.
    pub async fn waiting_mails(
        &mut self,
        after: MailId,
        limit: i64,
    ) -> Result<Vec<MailRow>, StoreError> {
        let sql = format!("{MAIL} WHERE state = 'waiting' AND id > $1 ORDER BY id LIMIT $2");
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sqlx::AssertSqlSafe(sql))
                .bind(after.0)
                .bind(limit)
                .fetch_all(conn)
                .await?)
        })
    }

    /// Bytes of all mails that show no report's code and are unread or wait for staff.
    pub async fn size_of_strange_mails(&mut self) -> Result<StrangeMails, StoreError> {
        let sql = "SELECT
                CAST(COALESCE(SUM(CASE WHEN COALESCE(why, '') IN ('observed', 'not_ours') THEN 0 ELSE size END), 0)
                    AS BIGINT) AS to_do,
                CAST(COALESCE(SUM(CASE WHEN door = 'form' THEN size ELSE 0 END), 0) AS BIGINT) AS by_form,
                CAST(COALESCE(SUM(size), 0) AS BIGINT) AS kept
            FROM incoming_mails WHERE shows_report IS NULL AND state IN ('unread', 'waiting')";
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sql).fetch_one(conn).await?)
        })
    }

    /// Bytes of all mails that came since `since` and show the code of this report; a small one counts as what its rows
    /// take.
    pub async fn size_of_mails_showing(
        &mut self,
        report: ReportId,
        since: i64,
    ) -> Result<i64, StoreError> {
        let sql =
            "SELECT CAST(COALESCE(SUM(CASE WHEN size < $3 THEN $3 ELSE size END), 0) AS BIGINT)
            FROM incoming_mails WHERE shows_report = $1 AND received_at >= $2";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, i64>(sql)
                .bind(report.0)
                .bind(since)
                .bind(LEAST)
                .fetch_one(conn)
                .await?)
        })
    }

    /// Whether a mail is unread that came at `until` or before and may be about this report: it shows that one, or
    /// none.
    pub async fn unread_mail_about(
        &mut self,
        report: ReportId,
        until: i64,
    ) -> Result<bool, StoreError> {
        let about_it = "SELECT id FROM incoming_mails
            WHERE state = 'unread' AND report_id = $1 AND unread_since <= $2 LIMIT 1";
        let about_any = "SELECT id FROM incoming_mails
            WHERE state = 'unread' AND report_id IS NULL AND unread_since <= $1 LIMIT 1";
        on!(self, conn => {
            let found: Option<i64> = sqlx::query_scalar::<Database, i64>(about_it)
                .bind(report.0).bind(until).fetch_optional(&mut *conn).await?;
            if found.is_some() {
                return Ok(true);
            }
            let found: Option<i64> = sqlx::query_scalar::<Database, i64>(about_any)
                .bind(until).fetch_optional(conn).await?;
            Ok(found.is_some())
        })
    }

    /// When the oldest mail came that nobody has read and that may be about any report, milliseconds.
    pub async fn unread_about_any_since(&mut self) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT unread_since FROM incoming_mails
            WHERE state = 'unread' AND report_id IS NULL ORDER BY unread_since LIMIT 1";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, i64>(sql).fetch_optional(conn).await?)
        })
    }

    /// The mails that nobody has read, counted up to `bound`.
    pub async fn unread_mails(&mut self, bound: i64) -> Result<Unread, StoreError> {
        let sql = "SELECT count(*), min(unread_since) FROM (SELECT unread_since FROM incoming_mails
            WHERE state = 'unread' ORDER BY unread_since LIMIT $1) AS counted";
        let (count, since) = on!(self, conn => {
            sqlx::query_as::<Database, (i64, Option<i64>)>(sql).bind(bound).fetch_one(conn).await?
        });
        Ok(Unread { count, since })
    }

    /// Mails that belong to a report or seem to, the newest first.
    pub async fn mails_of_report(
        &mut self,
        report: ReportId,
        limit: i64,
    ) -> Result<Vec<MailRow>, StoreError> {
        let sql = format!("{MAIL} WHERE report_id = $1 ORDER BY id DESC LIMIT $2");
        on!(self, conn => {
            Ok(sqlx::query_as::<Database, _>(sqlx::AssertSqlSafe(sql))
                .bind(report.0)
                .bind(limit)
                .fetch_all(conn)
                .await?)
        })
    }

    /// Mails of a report that are in this state and came since `since`, counted up to `bound`.
    pub async fn count_mails_of(
        &mut self,
        report: ReportId,
        state: MailState,
        since: i64,
        bound: i64,
    ) -> Result<i64, StoreError> {
        let sql = "SELECT count(*) FROM (SELECT id FROM incoming_mails WHERE report_id = $1
            AND state = $2 AND received_at >= $3 LIMIT $4) AS counted";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, i64>(sql)
                .bind(report.0)
                .bind(state.code())
                .bind(since)
                .bind(bound)
                .fetch_one(conn)
                .await?)
        })
    }

    /// Whether a mail of a report waits for staff.
    pub async fn mail_waits(&mut self, report: ReportId) -> Result<bool, StoreError> {
        let sql =
            "SELECT id FROM incoming_mails WHERE report_id = $1 AND state = 'waiting' LIMIT 1";
        let found: Option<i64> = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql).bind(report.0).fetch_optional(conn).await?
        });
        Ok(found.is_some())
    }

    /// Whether a mail with this Message-ID, sender and content became an answer to a report since `since`.
    pub async fn answered_before(
        &mut self,
        report: ReportId,
        reading: &MailReading,
        since: i64,
    ) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM incoming_mails WHERE report_id = $1 AND state = 'answer'
            AND message_id = $2 AND from_address = $3 AND content_sha256 = $4 AND received_at >= $5
            LIMIT 1";
        let found: Option<i64> = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql)
                .bind(report.0)
                .bind(&reading.message_id)
                .bind(&reading.from_address)
                .bind(&reading.content_sha256)
                .bind(since)
                .fetch_optional(conn)
                .await?
        });
        Ok(found.is_some())
    }

    /// A notice that was sent, and what became of it.
    pub async fn sent_notice(
        &mut self,
        report: ReportId,
        notice: Notice,
        audience: Audience,
        at: i64,
    ) -> Result<Option<SentNotice>, StoreError> {
        let sql =
            "SELECT report_id, notice, at, message_id, taken, recipients, bounced_at FROM notices
            WHERE report_id = $1 AND notice = $2 AND audience = $3 AND at = $4";
        let row: Option<SentNoticeRow> = on!(self, conn => {
            sqlx::query_as::<Database, _>(sql)
                .bind(report.0)
                .bind(notice.as_str())
                .bind(audience.as_str())
                .bind(at)
                .fetch_optional(conn)
                .await?
        });
        Ok(row.map(SentNoticeRow::read).transpose()?.map(|(.., sent)| sent))
    }

    /// The notices that one digest told of, by its Message-ID.
    pub async fn notices_of_digest(
        &mut self,
        message_id: &str,
        limit: i64,
    ) -> Result<Vec<(ReportId, Notice, i64, SentNotice)>, StoreError> {
        let sql =
            "SELECT report_id, notice, at, message_id, taken, recipients, bounced_at FROM notices
            WHERE message_id = $1 AND message_id >= '<digest.' AND message_id < '<digest/'
                AND audience = 'customer'
            ORDER BY report_id, at LIMIT $2";
        let rows: Vec<SentNoticeRow> = on!(self, conn => {
            sqlx::query_as::<Database, _>(sql).bind(message_id).bind(limit).fetch_all(conn).await?
        });
        rows.into_iter().map(SentNoticeRow::read).collect()
    }

    /// The notices about a report that a mail server took for its customer, also those that came back later; the
    /// newest first.
    pub async fn notices_to_customer(
        &mut self,
        report: ReportId,
        limit: i64,
    ) -> Result<Vec<(ReportId, Notice, i64, SentNotice)>, StoreError> {
        let sql =
            "SELECT report_id, notice, at, message_id, taken, recipients, bounced_at FROM notices
            WHERE report_id = $1 AND audience = 'customer' AND (taken OR bounced_at IS NOT NULL)
            ORDER BY at DESC, notice LIMIT $2";
        let rows: Vec<SentNoticeRow> = on!(self, conn => {
            sqlx::query_as::<Database, _>(sql).bind(report.0).bind(limit).fetch_all(conn).await?
        });
        rows.into_iter().map(SentNoticeRow::read).collect()
    }

    /// A notice came back: it counts as not taken from now on, and says why. Whether it had not come back before.
    pub async fn bounce_notice(
        &mut self,
        report: ReportId,
        notice: Notice,
        audience: Audience,
        at: i64,
        why: &NotDelivered,
        now: i64,
    ) -> Result<bool, StoreError> {
        let why = written(why)?;
        let sql = "UPDATE notices SET taken = FALSE, why = $1, bounced_at = $2
            WHERE report_id = $3 AND notice = $4 AND audience = $5 AND at = $6 AND bounced_at IS NULL";
        on!(self, conn => {
            let done = sqlx::query::<Database>(sql)
                .bind(why)
                .bind(now)
                .bind(report.0)
                .bind(notice.as_str())
                .bind(audience.as_str())
                .bind(at)
                .execute(conn)
                .await?;
            Ok(done.rows_affected() > 0)
        })
    }

    /// How many notices to the customer about a report came back.
    pub async fn bounced_notices(&mut self, report: ReportId) -> Result<i64, StoreError> {
        let sql = "SELECT count(*) FROM notices
            WHERE report_id = $1 AND audience = 'customer' AND bounced_at IS NOT NULL";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, i64>(sql).bind(report.0).fetch_one(conn).await?)
        })
    }

    /// A secret of the desk, if it was made.
    pub async fn secret(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT value FROM secrets WHERE name = $1";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, String>(sql).bind(name).fetch_optional(conn).await?)
        })
    }

    /// Keeps a secret of the desk, unless there is one, and returns the one that counts.
    pub async fn secret_or(
        &mut self,
        name: &str,
        value: &str,
        now: i64,
    ) -> Result<String, StoreError> {
        let sql = "INSERT INTO secrets (name, value, made_at) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING value";
        on!(self, conn => {
            Ok(sqlx::query_scalar::<Database, String>(sql)
                .bind(name)
                .bind(value)
                .bind(now)
                .fetch_one(conn)
                .await?)
        })
    }
}
