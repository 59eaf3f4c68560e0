//! What keeps a report from going on until a person has seen to it: a mail that waits to be read, a notice that the
//! customer did not get.

use portreeve_core::ids::{MailId, ReportId};
use portreeve_core::reason::NotDelivered;
use sqlx::QueryBuilder;

use crate::db::{StoreError, Tx, on};
use crate::notices::read_why;

/// Something about a report that a person has to see to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttentionRow {
    /// Which report.
    pub report: ReportId,
    /// Which mail waits; none: a notice is meant.
    pub mail: Option<MailId>,
    /// Which notice the customer did not get; empty for a mail.
    pub notice: String,
    /// A mail server took the notice, and it came back.
    pub bounced: bool,
    /// Since when, milliseconds.
    pub since: i64,
    /// The mail's subject; empty for a notice.
    pub subject: String,
    /// Why the customer did not get the notice.
    pub why: Option<NotDelivered>,
}

#[derive(sqlx::FromRow)]
struct Row {
    report_id: i64,
    mail_id: Option<i64>,
    notice: String,
    bounced: bool,
    since: i64,
    subject: String,
    why: Option<String>,
}

impl Row {
    fn read(self) -> Result<AttentionRow, StoreError> {
        let Self { report_id, mail_id, notice, bounced, since, subject, why } = self;
        let why = read_why(why.as_deref(), report_id)?;
        let (report, mail) = (ReportId(report_id), mail_id.map(MailId));
        Ok(AttentionRow { report, mail, notice, bounced, since, subject, why })
    }
}

/// Notices to the customer that nobody got, of reports that are not closed. One that was followed by another that got
/// there is of the past; but as long as a deadline goes, the customer must have got the one about it.
macro_rules! undelivered {
    () => {
        "notices JOIN reports ON reports.id = notices.report_id
        WHERE notices.audience = 'customer' AND NOT notices.taken AND reports.status <> 'closed'
            AND ((notices.notice IN ('opened', 'deadline_changed')
                AND reports.countdown IN ('running', 'paused')
                AND NOT EXISTS (SELECT 1 FROM notices later WHERE later.report_id = notices.report_id
                    AND later.notice = 'deadline_changed' AND later.taken AND later.at > notices.at))
                OR NOT EXISTS (SELECT 1 FROM notices later WHERE later.report_id = notices.report_id
                    AND later.audience = 'customer' AND later.taken AND later.at > notices.at))"
    };
}

/// Mails about reports that are not closed which wait for staff.
macro_rules! waiting {
    () => {
        "incoming_mails mails JOIN reports ON reports.id = mails.report_id
        WHERE mails.state = 'waiting' AND reports.status <> 'closed'"
    };
}

/// That a report needs attention, as a condition.
pub(crate) const NEEDS_ATTENTION: &str = concat!(
    "reports.id IN (SELECT mails.report_id FROM ",
    waiting!(),
    " UNION SELECT notices.report_id FROM ",
    undelivered!(),
    ")"
);

/// The reports that need attention.
pub(crate) const IN_NEED: &str = concat!(
    "SELECT mails.report_id FROM ",
    waiting!(),
    " UNION SELECT notices.report_id FROM ",
    undelivered!()
);

impl Tx {
    /// What a person has to see to of these reports, by report, the oldest first.
    pub async fn attention(
        &mut self,
        reports: &[ReportId],
    ) -> Result<Vec<AttentionRow>, StoreError> {
        let mut found = Vec::new();
        for chunk in reports.chunks(128) {
            let rows: Vec<Row> = on!(self, conn => {
                let mut sql = QueryBuilder::<Database>::new(concat!(
                    "SELECT mails.report_id, mails.id AS mail_id, '' AS notice, FALSE AS bounced,
                        mails.received_at AS since, mails.subject, CAST(NULL AS TEXT) AS why FROM ",
                    waiting!(),
                    " AND mails.report_id IN ("
                ));
                let mut list = sql.separated(", ");
                for report in chunk {
                    list.push_bind(report.0);
                }
                sql.push(concat!(
                    ") UNION ALL SELECT notices.report_id, NULL, notices.notice, notices.bounced_at IS NOT NULL,
                        COALESCE(notices.bounced_at, notices.done_at), '', notices.why FROM ",
                    undelivered!(),
                    " AND notices.report_id IN ("
                ));
                let mut list = sql.separated(", ");
                for report in chunk {
                    list.push_bind(report.0);
                }
                sql.push(") ORDER BY 1, 5, 2");
                sql.build_query_as().fetch_all(conn).await?
            });
            for row in rows {
                found.push(row.read()?);
            }
        }
        Ok(found)
    }
}
