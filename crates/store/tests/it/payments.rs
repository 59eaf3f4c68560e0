//! What is stored of payments.

use portreeve_core::ids::ReportId;
use portreeve_core::payment::{Cents, Invoice, Money, PaymentState, Unseen};
use portreeve_core::reason::PaymentIssue;
use portreeve_core::time::{Timestamp, from_millis};
use portreeve_store::NewPayment;

use crate::reports::make;
use crate::world::{World, key, on_both};

fn euros(cents: i64) -> Money {
    Money { amount: Cents(cents), currency: "EUR".into() }
}

fn at(millis: i64) -> Timestamp {
    from_millis(millis).expect("in range")
}

fn wish(report: i64) -> NewPayment {
    NewPayment {
        report: ReportId(report),
        service: key(17),
        customer_id: "7".into(),
        cashier: "whmcs".into(),
        price: euros(2_500),
        at: at(1_000),
    }
}

on_both! {
    async fn a_report_has_one_payment_at_a_time_and_another_once_that_one_has_ended(world) {
        let mut tx = world.tx().await;
        make(&mut tx, 93).await;
        let first = tx.add_payment(&wish(92)).await.unwrap().expect("the first one");
        assert_eq!(tx.add_payment(&wish(92)).await.unwrap(), None, "one at a time");
        assert!(tx.add_payment(&wish(93)).await.unwrap().is_some(), "another report's");
        let mut payment = tx.payments(ReportId(92), 10).await.unwrap().remove(0);
        assert_eq!((payment.id, payment.state, payment.since), (first, PaymentState::Wished, at(1_000)));
        assert_eq!((&payment.price, &payment.service, &payment.invoice), (&euros(2_500), &key(17), &None));

        payment.turn(PaymentState::Open, at(2_000));
        payment.issue = Some(PaymentIssue::PerhapsInvoiced);
        payment.unseen = Some(Unseen { since: at(1_500), told: true });
        let url = "https://billing.example.com/viewinvoice.php?id=5".to_owned();
        payment.invoice = Some(Invoice { reference: "5".into(), url, due: euros(2_713) });
        tx.save_payment(&payment).await.unwrap();
        assert_eq!(tx.payments(ReportId(92), 10).await.unwrap(), [payment.clone()]);
        assert_eq!(tx.reports_with_invoice("whmcs", "5").await.unwrap(), [ReportId(92)]);
        assert_eq!(tx.reports_with_invoice("other", "5").await.unwrap(), []);
        assert_eq!(tx.add_payment(&wish(92)).await.unwrap(), None, "it may still be paid");

        payment.turn(PaymentState::Ended, at(3_000));
        tx.save_payment(&payment).await.unwrap();
        let second = tx.add_payment(&wish(92)).await.unwrap().expect("a new one");
        let all = tx.payments(ReportId(92), 10).await.unwrap();
        assert_eq!(all.iter().map(|one| one.id).collect::<Vec<_>>(), [second, first]);
        assert_eq!(tx.payments(ReportId(92), 1).await.unwrap().len(), 1);
        payment.id.0 = 999;
        assert!(tx.save_payment(&payment).await.is_err(), "there is no such payment");
    }
}
