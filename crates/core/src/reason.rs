//! Why something is so or did not happen: a code of ours with its data. What others said (a panel, a mail server, a
//! provider) is kept beside it as they said it, and shown as a quotation.

use serde::{Deserialize, Serialize};

use crate::guard::Stop;
use crate::ids::{ServiceId, ServiceKey};
use crate::notice::{Audience, Notice};
use crate::time::Span;

/// Reasons: enums with a code, a list of their codes, and examples of each.
macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident {
        $($(#[$vdoc:meta])* $variant:ident $({ $($(#[$fdoc:meta])* $field:ident: $type:ty = $example:expr),* $(,)? })? = $code:literal;)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "code")]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $code)] $variant $({ $($(#[$fdoc])* $field: $type),* })?),*
        }

        impl $name {
            /// The code that is stored and shown in JSON.
            pub fn code(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $code),* }
            }

            /// One example of each code, for the documentation and for tests.
            pub fn examples() -> Vec<Self> {
                vec![$(Self::$variant $({ $($field: $example),* })?),*]
            }
        }
    )*};
}

fn words() -> String {
    "451 4.7.1 Try again later".to_owned()
}

impl Finding {
    fn example() -> Self {
        Self::Said { said: words() }
    }

    /// What another program said, if it said anything.
    pub fn said(words: impl Into<String>) -> Self {
        let said = words.into();
        if said.trim().is_empty() { Self::Silent } else { Self::Said { said } }
    }
}

reasons! {
    /// What was seen when another program did not do something: its own words as it said them, or what we saw.
    Finding {
        /// It said nothing.
        Silent = "silent";
        /// It said so.
        Said {
            /// Its words.
            said: String = words(),
        } = "said";
        /// The name of its machine could not be looked up.
        NotLookedUp {
            /// The name.
            host: String = "panel.example.com".to_owned(),
            /// What the system says.
            said: String = words(),
        } = "not_looked_up";
        /// Its machine has no address.
        NoAddress {
            /// The name.
            host: String = "panel.example.com".to_owned(),
        } = "no_address";
        /// Its address is not on the public Internet, and it is not configured that it may be.
        NotPublic {
            /// The name.
            host: String = "panel.example.com".to_owned(),
            /// The address.
            address: String = "192.0.2.7".to_owned(),
        } = "not_public";
        /// It could not be connected to.
        NotConnected {
            /// The address.
            address: String = "192.0.2.7:443".to_owned(),
            /// What the system says.
            said: String = words(),
        } = "not_connected";
        /// No secure connection came about.
        NoTls {
            /// The name.
            host: String = "panel.example.com".to_owned(),
            /// What was wrong.
            said: String = words(),
        } = "no_tls";
        /// No connection came about in time.
        NoConnection {
            /// Seconds that it had.
            within: Span = Span::from_secs(30),
        } = "no_connection";
        /// No answer came in time.
        NoAnswer {
            /// Seconds that it had.
            within: Span = Span::from_secs(30),
        } = "no_answer";
        /// The connection broke.
        BrokenOff {
            /// What the system says.
            said: String = words(),
        } = "broken_off";
        /// It answered with this HTTP status.
        Status {
            /// The status.
            status: u16 = 500,
            /// The beginning of its answer; may be empty.
            said: String = words(),
        } = "status";
        /// It leads elsewhere, which is not followed.
        Redirects {
            /// The HTTP status.
            status: u16 = 302,
            /// Whereto; may be empty.
            to: String = "https://www.example.com/".to_owned(),
        } = "redirects";
        /// Its answer broke off.
        Cut {
            /// The HTTP status.
            status: u16 = 200,
        } = "cut";
        /// Its answer cannot be read.
        Unreadable {
            /// What is wrong with it.
            said: String = words(),
        } = "unreadable";
        /// No command is configured.
        NoCommand = "no_command";
        /// The command could not be started.
        NotStarted {
            /// The command.
            program: String = "/usr/local/bin/hook".to_owned(),
            /// What the system says.
            said: String = words(),
        } = "not_started";
        /// A signal ended the command.
        Killed = "killed";
        /// The command ended with this status.
        ExitStatus {
            /// The status.
            status: i32 = 1,
            /// What it printed; may be empty.
            said: String = words(),
        } = "exit_status";
        /// It says that it does not know.
        Unsure = "unsure";
        /// It named a state that is none.
        OddState {
            /// The state.
            state: String = "sleeping".to_owned(),
        } = "odd_state";
        /// It does not serve this directory.
        NotServed {
            /// The directory.
            directory: String = "whmcs".to_owned(),
        } = "not_served";
        /// It has no such service.
        NoService {
            /// The service's id.
            service: i64 = 17,
        } = "no_service";
        /// It shows another customer than the directory.
        OtherCustomer {
            /// Whose the service is there.
            customer: String = "8".to_owned(),
            /// Whose it is here.
            expected: String = "7".to_owned(),
        } = "other_customer";
        /// The product has no module, so that nothing would be switched off.
        NoModule {
            /// Its words.
            said: String = words(),
        } = "no_module";
        /// It did not do it; another addon or hook there may be what stops it.
        PerhapsStopped {
            /// Its words.
            said: String = words(),
        } = "perhaps_stopped";
        /// There is no API of WHMCS at the address.
        NoApi = "no_api";
        /// Something before WHMCS answers: a firewall, a login.
        BehindWall {
            /// The HTTP status.
            status: u16 = 403,
        } = "behind_wall";
        /// A page came and no answer.
        NoJson {
            /// The HTTP status.
            status: u16 = 200,
        } = "no_json";
        /// WHMCS has banned our address.
        Banned = "banned";
        /// WHMCS does not let our address call.
        AddressRefused {
            /// The address, where WHMCS names it; may be empty.
            address: String = "192.0.2.7".to_owned(),
        } = "address_refused";
        /// WHMCS does not know the API credential.
        BadCredential {
            /// Its words.
            said: String = words(),
        } = "bad_credential";
        /// The role of the API credential does not allow an action.
        NotPermitted {
            /// WHMCS's name of the action.
            action: String = "ModuleSuspend".to_owned(),
        } = "not_permitted";
        /// WHMCS has no such action.
        NoAction {
            /// The action.
            action: String = "ModuleSuspend".to_owned(),
        } = "no_action";
        /// The address leads past the API of WHMCS.
        PastApi = "past_api";
        /// It does not know a currency of ours.
        NoCurrency {
            /// The currency.
            currency: String = "EUR".to_owned(),
        } = "no_currency";
        /// It does not know the customer's currency.
        NoCustomerCurrency = "no_customer_currency";
        /// A rate of its currencies cannot be read.
        NoRate = "no_rate";
        /// The amount is nothing in the customer's currency.
        NothingToPay = "nothing_to_pay";
        /// It did not say which invoice it made.
        NoInvoiceNamed = "no_invoice_named";
        /// The amount of an invoice cannot be read.
        NoAmount {
            /// Its name of the invoice.
            reference: String = "5".to_owned(),
        } = "no_amount";
        /// The invoice is another customer's now.
        InvoiceMoved {
            /// Its name of the invoice.
            reference: String = "5".to_owned(),
            /// Whose it is.
            customer: String = "8".to_owned(),
        } = "invoice_moved";
        /// The invoice is marked as paid, and nothing was paid.
        PaidWithoutMoney {
            /// Its name of the invoice.
            reference: String = "5".to_owned(),
        } = "paid_without_money";
        /// Another sum was paid than was asked for.
        PaidOtherSum {
            /// Its name of the invoice.
            reference: String = "5".to_owned(),
            /// What was paid.
            paid: String = "20.00 EUR".to_owned(),
            /// What was asked for.
            due: String = "25.00 EUR".to_owned(),
        } = "paid_other_sum";
        /// The invoice is in a state that says nothing.
        OddInvoice {
            /// Its name of the invoice.
            reference: String = "5".to_owned(),
            /// The state.
            state: String = "Draft".to_owned(),
        } = "odd_invoice";
        /// The directory failed a moment ago and is left alone for a while.
        LeftAlone {
            /// The directory.
            directory: String = "whmcs".to_owned(),
        } = "left_alone";
        /// The database could not be reached.
        DatabaseUnreachable {
            /// What the system says.
            said: String = words(),
        } = "database_unreachable";
        /// A service has an id that is none.
        OddServiceId {
            /// What stands in its place; may be empty.
            id: String = "x".to_owned(),
        } = "odd_service_id";
        /// A list has another number of rows than it says, or does not say how many.
        OddList {
            /// Its name of the list.
            list: String = "GetClientsProducts".to_owned(),
        } = "odd_list";
        /// The list of services changed while it was read.
        ListChanged {
            /// How many there were.
            before: i64 = 100,
            /// How many there are, or were read.
            after: i64 = 99,
        } = "list_changed";
        /// Something of a service cannot be read.
        OddService {
            /// The service's id.
            service: i64 = 17,
            /// Which part.
            part: String = "status".to_owned(),
            /// What is wrong with it.
            said: String = words(),
        } = "odd_service";
        /// Something of the invoice may have been paid.
        PerhapsPaid {
            /// Its state.
            state: String = "Payment Pending".to_owned(),
        } = "perhaps_paid";
        /// The invoice could not be cancelled and is still open there.
        StillOpen {
            /// Its name of the invoice.
            reference: String = "5".to_owned(),
            /// Why, in the other program's words; may be empty.
            said: String = words(),
        } = "still_open";
    }

    /// Why a report waits in the queue.
    QueueReason {
        /// The directory could not be asked whether the service is there.
        DirectoryUnreachable {
            /// What was seen of that.
            said: Finding = Finding::example(),
        } = "directory_unreachable";
        /// It was reopened and has no service.
        NoService = "no_service";
    }

    /// Something that staff should know, with no effect.
    Hint {
        /// The service does not hold the address that the caller named.
        AddressNotHeld {
            /// The service.
            service: ServiceKey = ServiceKey { directory: "main".to_owned(), id: ServiceId::EXAMPLE },
            /// The address.
            address: String = "192.0.2.7".to_owned(),
        } = "address_not_held";
        /// The panel was about to unsuspend the service, and its addon stopped that.
        UnsuspendVetoed = "unsuspend_vetoed";
        /// The panel's module did not carry out an order.
        ModuleFailed {
            /// The module's words.
            said: String = words(),
        } = "module_failed";
        /// A mail server has not delivered a notice yet.
        NoticeDelayed {
            /// Which notice.
            notice: Notice = Notice::Opened,
            /// For whom.
            address: String = "ada@example.com".to_owned(),
            /// What the server says.
            said: String = words(),
        } = "notice_delayed";
        /// A mail server handed a notice on to another one.
        NoticeRelayed {
            /// Which notice.
            notice: Notice = Notice::Opened,
            /// For whom.
            address: String = "ada@example.com".to_owned(),
            /// What the server says.
            said: String = words(),
        } = "notice_relayed";
        /// A notice came to an address of the abuse desk itself.
        NoticeToDesk {
            /// Which notice.
            notice: Notice = Notice::Opened,
            /// For whom it was.
            audience: Audience = Audience::Customer,
        } = "notice_to_desk";
    }

    /// Why somebody could not be told by mail.
    NotDelivered {
        /// No outgoing mail is configured.
        NoMailServer = "no_mail_server";
        /// The directory no longer lists the service.
        ServiceMissing = "service_missing";
        /// The service has another customer now, who is left alone.
        CustomerChanged = "customer_changed";
        /// The directory has no address of the customer.
        NoAddress = "no_address";
        /// The customer's address in the directory is one of the abuse desk itself.
        OwnAddress = "own_address";
        /// A mail server would not take it.
        Refused {
            /// What the server says.
            said: String = words(),
        } = "refused";
        /// A mail server took it, and it came back.
        Bounced {
            /// From whom.
            address: String = "ada@example.com".to_owned(),
            /// What the server says.
            said: String = words(),
        } = "bounced";
    }

    /// Why a payment lifted nothing.
    NoEffect {
        /// The service has another customer now.
        CustomerChanged = "customer_changed";
        /// The report is closed and was to keep the service off.
        ReportClosed = "report_closed";
        /// The report does not hold the service any more.
        HoldsNothing = "holds_nothing";
        /// The service stays off for another reason.
        LeftSuspended = "left_suspended";
        /// The service was ended for good.
        ServiceGone = "service_gone";
        /// The service ran already.
        RanAlready = "ran_already";
    }

    /// What staff have to look at about a payment.
    PaymentIssue {
        /// Its provider is not configured any more.
        ProviderMissing {
            /// The provider's name.
            provider: String = "shop".to_owned(),
        } = "provider_missing";
        /// There may be an invoice, and nobody can see whether there is.
        PerhapsInvoiced = "perhaps_invoiced";
        /// Nobody can see whether the invoice is paid.
        OutOfSight {
            /// The provider's name of the invoice.
            reference: String = "5".to_owned(),
            /// What was seen of that.
            said: Finding = Finding::example(),
        } = "out_of_sight";
        /// The provider shows something else than what was asked for.
        Unexpected {
            /// What it shows.
            said: Finding = Finding::example(),
        } = "unexpected";
    }

    /// Why a file could not be scanned.
    NotScanned {
        /// Its bytes could not be read to the end.
        Cut = "cut";
        /// The scan did not come to an end.
        Failed {
            /// What it said.
            said: Finding = Finding::example(),
        } = "failed";
    }

    /// What is known of why the state of a service cannot be seen.
    OutOfSight {
        /// No answer to an order came, and this panel cannot be asked.
        CannotLook = "cannot_look";
        /// The panel could not be asked, or does not know.
        Panel {
            /// What was seen of that.
            said: Finding = Finding::example(),
        } = "panel";
    }

    /// Why the register gave no answer, or did not take a report.
    RegisterProblem {
        /// It says that it does not know the key.
        Key = "key";
        /// It does not know what it was asked.
        Action = "action";
        /// It does not take the data.
        Data = "data";
        /// It saw no data.
        NoData = "no_data";
        /// Its answer cannot be read.
        Unreadable = "unreadable";
        /// It could not be reached.
        Unreachable {
            /// What was seen of that.
            said: Finding = Finding::example(),
        } = "unreachable";
    }

    /// What becomes visible of a suspension beside its state.
    SuspensionReason {
        /// Another report still holds the service.
        HeldByAnother = "held_by_another";
        /// The order is about to be sent.
        AboutToOrder = "about_to_order";
        /// Staff adopted it; the panel is about to be looked at.
        AboutToLook = "about_to_look";
        /// Staff confirmed that it was done by hand.
        ConfirmedByStaff = "confirmed_by_staff";
        /// The panel shows this reason.
        Shown {
            /// As the panel shows it.
            said: String = words(),
        } = "shown";
        /// Somebody lifted it; staff choose.
        Drifted = "drifted";
        /// The service is just being unsuspended and will be suspended again.
        Turning = "turning";
        /// Staff have to suspend it by hand.
        SuspendByHand = "suspend_by_hand";
        /// Staff have to unsuspend it by hand.
        UnsuspendByHand = "unsuspend_by_hand";
        /// The panel took the order.
        Taken = "taken";
        /// The panel says that it was so already.
        WasSo = "was_so";
        /// The panel refuses.
        Refused {
            /// Its words.
            said: Finding = Finding::example(),
        } = "refused";
        /// The panel asks to try later.
        Later {
            /// Its words.
            said: Finding = Finding::example(),
        } = "later";
        /// It went wrong and will be tried again.
        Failed {
            /// What was seen of that.
            said: Finding = Finding::example(),
        } = "failed";
        /// No answer was seen yet.
        NoAnswer = "no_answer";
        /// A guard holds it back.
        Guard {
            /// Which one.
            why: Stop = Stop::Protected,
        } = "guard";
        /// The state of the service cannot be seen.
        OutOfSight {
            /// Why.
            why: OutOfSight = OutOfSight::CannotLook,
        } = "out_of_sight";
    }
}
