//! WHMCS as a way to suspend and unsuspend: the module of the service does it.
//!
//! `ModuleSuspend` runs on a suspended service too and writes its reason over the one that stands there, so
//! that the desk looks before every order. What comes back is either WHMCS's own yes or no, or nothing of
//! use; then the desk looks again and never sends blindly.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use portreeve_app::enforce::{self, PanelOrder, Target};
use portreeve_core::enforcement::{Action, Answer, Observed};
use portreeve_core::reason::Finding;
use portreeve_core::service::ServiceStatus;
use portreeve_core::text::one_line;
use portreeve_core::time::Span;

use super::client::{CallError, Client, Slot};
use super::decode::{Product, Products};

/// Characters of a reason that go on record.
const WORDS: usize = 300;

/// The WHMCS that a directory's services live in.
#[derive(Debug)]
pub struct Way {
    /// How to call it.
    pub client: Arc<Client>,
    /// The directory names customers as this WHMCS does, so that a service which has moved to another
    /// customer shows.
    pub same_customers: bool,
}

/// One or more WHMCS as enforcers, by directory.
#[derive(Debug)]
pub struct Enforcer {
    /// The WHMCS of each directory.
    pub ways: HashMap<String, Way>,
}

#[async_trait]
impl enforce::Enforcer for Enforcer {
    fn can_look(&self) -> bool {
        true
    }

    fn patience(&self) -> Span {
        let longest = self.ways.values().map(|way| way.client.timeout()).max();
        longest.unwrap_or(Span::ZERO)
    }

    async fn observe(&self, target: &Target) -> Observed {
        let id = target.service.id.get();
        let Some(way) = self.ways.get(&target.service.directory) else {
            let directory = target.service.directory.clone();
            return Observed::unknown(Finding::NotServed { directory });
        };
        let text = id.to_string();
        let fields = [("serviceid", text.as_str()), ("limitnum", "1")];
        match way.client.read::<Products>(Slot::Bulk, "GetClientsProducts", &fields).await {
            Err(error) => Observed::unknown(error.into()),
            Ok(found) => match found.rows.0.into_iter().find(|row| row.id == Some(id)) {
                None => Observed::unknown(Finding::NoService { service: id }),
                Some(row) => {
                    let customer = if way.same_customers { &target.customer_id } else { "" };
                    shown(&row, customer)
                }
            },
        }
    }

    async fn send(&self, order: &PanelOrder) -> Answer {
        let Some(Way { client, .. }) = self.ways.get(&order.target.service.directory) else {
            let directory = order.target.service.directory.clone();
            return Answer::Later(Finding::NotServed { directory });
        };
        let id = order.target.service.id.get().to_string();
        let sent = match order.action {
            Action::Suspend => {
                let fields = [("serviceid", id.as_str()), ("suspendreason", &order.reason)];
                client.change(Slot::Bulk, "ModuleSuspend", &fields).await
            }
            Action::Unsuspend => {
                let fields = [("serviceid", id.as_str())];
                client.change(Slot::Bulk, "ModuleUnsuspend", &fields).await
            }
        };
        answer(order, sent)
    }
}

/// What WHMCS shows of a service.
fn shown(row: &Product, customer_id: &str) -> Observed {
    // The guards agreed to a suspension of another customer's service.
    if !customer_id.is_empty() && row.clientid != customer_id {
        let (customer, expected) = (row.clientid.clone(), customer_id.to_owned());
        return Observed::unknown(Finding::OtherCustomer { customer, expected });
    }
    // Where it says nothing, nothing is known.
    let said = Some(row.status.trim()).filter(|word| !word.is_empty());
    match said.and_then(|word| word.parse().ok()) {
        Some(ServiceStatus::Active) => Observed::Active,
        Some(ServiceStatus::Suspended) => {
            let reason = one_line(&row.suspensionreason, WORDS);
            Observed::Suspended { reason: (!reason.is_empty()).then_some(reason) }
        }
        Some(status) if status.is_gone() => Observed::Gone { status },
        _ => Observed::unknown(Finding::OddState { state: one_line(&row.status, WORDS) }),
    }
}

/// What an order came to.
fn answer(order: &PanelOrder, sent: Result<(), CallError>) -> Answer {
    match sent {
        Ok(()) => Answer::Done,
        Err(error @ CallError::Unknown(_)) => {
            tracing::warn!(order.id = order.id.0, "an order got no answer: {error}");
            Answer::Lost
        }
        Err(CallError::Refused(why)) => refusal(&why),
        // Nothing was carried out: the call did not get that far.
        Err(error) => Answer::Later(error.into()),
    }
}

/// What never will be a yes, in lower case, as part of what WHMCS says: asked again, it says the same.
const FINAL: [&str; 5] = [
    "service id not found",
    "service not assigned to a module",
    "module not found",
    "function not found",
    "function not supported",
];

/// What WHMCS said instead of doing it.
fn refusal(why: &str) -> Answer {
    let lower = why.to_lowercase();
    if lower.contains("service not assigned to a module") {
        return Answer::Refused(Finding::NoModule { said: why.to_owned() });
    }
    if FINAL.iter().any(|text| lower.contains(text)) {
        return Answer::Refused(Finding::said(why));
    }
    // The module's own words, or a hook of another addon that said no: what was done before has to be seen.
    Answer::Failed(Finding::PerhapsStopped { said: why.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_will_never_be_a_yes_is_not_asked_for_again() {
        for why in [
            "Service ID not found",
            "Module Not Found",
            "Module Function Not Found",
            "Service not assigned to a module",
        ] {
            assert!(matches!(refusal(why), Answer::Refused(_)), "{why}");
        }
        for why in ["Function Aborted by Hook", "The server did not answer", ""] {
            assert!(matches!(refusal(why), Answer::Failed(_)), "{why}");
        }
    }

    fn row(status: &str, reason: &str) -> Product {
        Product {
            id: Some(1),
            clientid: "7".into(),
            status: status.into(),
            suspensionreason: reason.into(),
            ..Product::default()
        }
    }

    #[test]
    fn what_whmcs_shows_is_taken_as_it_is_and_nothing_is_guessed() {
        assert_eq!(shown(&row("Active", ""), "7"), Observed::Active);
        let overdue = Observed::Suspended { reason: Some("Overdue on Payment".into()) };
        assert_eq!(shown(&row("Suspended", "Overdue on Payment"), "7"), overdue);
        let silent = Observed::Suspended { reason: None };
        assert_eq!(shown(&row("Suspended", ""), ""), silent);
        let gone = Observed::Gone { status: ServiceStatus::Terminated };
        assert_eq!(shown(&row("Terminated", ""), "7"), gone);
        for odd in ["Pending", "", "Odd"] {
            assert!(matches!(shown(&row(odd, ""), "7"), Observed::Unknown { .. }), "{odd}");
        }
        assert!(matches!(shown(&row("Active", ""), "8"), Observed::Unknown { .. }));
    }
}
