//! Payments by which customers get their services back.

use portreeve_core::ids::{ReportId, ServiceKey};
use portreeve_core::payment::{Cents, Invoice, Money, Payment, PaymentId, PaymentState, Unseen};
use portreeve_core::time::{Timestamp, from_millis};

use crate::codes::Stored;
use crate::db::{StoreError, Tx, on};
use crate::directory::service_key;
use crate::notices::written;

/// A payment that a customer asks for.
#[derive(Debug, Clone)]
pub struct NewPayment {
    /// What it is to lift the hold of.
    pub report: ReportId,
    /// The service.
    pub service: ServiceKey,
    /// Who wants to pay.
    pub customer_id: String,
    /// The provider.
    pub cashier: String,
    /// What it costs.
    pub price: Money,
    /// When it was asked for.
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    report_id: i64,
    directory: String,
    service_id: i64,
    customer_id: String,
    cashier: String,
    price_cents: i64,
    price_currency: String,
    state: Stored<PaymentState>,
    since: i64,
    reference: Option<String>,
    url: Option<String>,
    due_cents: Option<i64>,
    due_currency: Option<String>,
    issue: Option<String>,
    unseen_since: Option<i64>,
    unseen_told: bool,
    asked_at: i64,
}

impl Row {
    fn read(self) -> Result<Payment, StoreError> {
        let id = self.id;
        let bad =
            |column| StoreError::Inconsistent { table: "payments", column, id: id.to_string() };
        let invoice = match (self.reference, self.url, self.due_cents, self.due_currency) {
            (Some(reference), Some(url), Some(cents), Some(currency)) => {
                Some(Invoice { reference, url, due: Money { amount: Cents(cents), currency } })
            }
            (None, None, None, None) => None,
            _ => return Err(bad("reference")),
        };
        let issue = self.issue.as_deref().map(serde_json::from_str).transpose();
        let unseen = self.unseen_since.map(|since| {
            let since = from_millis(since).ok_or_else(|| bad("unseen_since"))?;
            Ok::<_, StoreError>(Unseen { since, told: self.unseen_told })
        });
        Ok(Payment {
            id: PaymentId(id),
            report: ReportId(self.report_id),
            service: service_key(&self.directory, self.service_id, "payments")?,
            customer_id: self.customer_id,
            cashier: self.cashier,
            price: Money { amount: Cents(self.price_cents), currency: self.price_currency },
            state: self.state.0,
            since: from_millis(self.since).ok_or_else(|| bad("since"))?,
            invoice,
            issue: issue.map_err(|_| bad("issue"))?,
            unseen: unseen.transpose()?,
            asked_at: from_millis(self.asked_at).ok_or_else(|| bad("asked_at"))?,
        })
    }
}

impl Tx {
    /// Begins a payment, unless one of the same report may still be paid: then nothing.
    pub async fn add_payment(&mut self, new: &NewPayment) -> Result<Option<PaymentId>, StoreError> {
        let sql = "INSERT INTO payments (report_id, directory, service_id, customer_id, cashier,
                price_cents, price_currency, state, since, unseen_told, asked_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 'wished', $8, FALSE, $8)
            ON CONFLICT DO NOTHING RETURNING id";
        let id: Option<i64> = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql)
                .bind(new.report.0)
                .bind(&new.service.directory)
                .bind(new.service.id.get())
                .bind(&new.customer_id)
                .bind(&new.cashier)
                .bind(new.price.amount.0)
                .bind(&new.price.currency)
                .bind(new.at.as_millisecond())
                .fetch_optional(conn)
                .await?
        });
        Ok(id.map(PaymentId))
    }

    /// The payments of a report, the latest first.
    pub async fn payments(
        &mut self,
        report: ReportId,
        limit: i64,
    ) -> Result<Vec<Payment>, StoreError> {
        let sql = "SELECT id, report_id, directory, service_id, customer_id, cashier, price_cents,
                price_currency, state, since, reference, url, due_cents, due_currency, issue,
                unseen_since, unseen_told, asked_at
            FROM payments WHERE report_id = $1 ORDER BY id DESC LIMIT $2";
        let rows: Vec<Row> = on!(self, conn => {
            sqlx::query_as::<Database, _>(sql).bind(report.0).bind(limit).fetch_all(conn).await?
        });
        rows.into_iter().map(Row::read).collect()
    }

    /// Stores how a payment stands now.
    pub async fn save_payment(&mut self, payment: &Payment) -> Result<(), StoreError> {
        let sql =
            "UPDATE payments SET state = $1, since = $2, reference = $3, url = $4, due_cents = $5,
                due_currency = $6, issue = $7, unseen_since = $8, unseen_told = $9 WHERE id = $10";
        let issue = payment.issue.as_ref().map(written).transpose()?;
        let invoice = payment.invoice.as_ref();
        let rows = on!(self, conn => {
            sqlx::query::<Database>(sql)
                .bind(payment.state.as_str())
                .bind(payment.since.as_millisecond())
                .bind(invoice.map(|invoice| &invoice.reference))
                .bind(invoice.map(|invoice| &invoice.url))
                .bind(invoice.map(|invoice| invoice.due.amount.0))
                .bind(invoice.map(|invoice| &invoice.due.currency))
                .bind(issue)
                .bind(payment.unseen.map(|unseen| unseen.since.as_millisecond()))
                .bind(payment.unseen.is_some_and(|unseen| unseen.told))
                .bind(payment.id.0)
                .execute(conn)
                .await?
                .rows_affected()
        });
        if rows == 1 {
            return Ok(());
        }
        Err(StoreError::Gone { table: "payments", id: payment.id.to_string() })
    }

    /// The reports whose payments have this invoice of a provider.
    pub async fn reports_with_invoice(
        &mut self,
        cashier: &str,
        reference: &str,
    ) -> Result<Vec<ReportId>, StoreError> {
        let sql = "SELECT DISTINCT report_id FROM payments WHERE cashier = $1 AND reference = $2
            ORDER BY report_id LIMIT 10";
        let ids: Vec<i64> = on!(self, conn => {
            sqlx::query_scalar::<Database, i64>(sql)
                .bind(cashier)
                .bind(reference)
                .fetch_all(conn)
                .await?
        });
        Ok(ids.into_iter().map(ReportId).collect())
    }
}
