//! Why something is so or did not happen: a code of ours with its data. What others said (a panel, a mail server, a
//! provider) is kept beside it as they said it, and shown as a quotation.

use serde::{Deserialize, Serialize};

use crate::guard::Stop;
use crate::ids::{ServiceId, ServiceKey};
use crate::notice::{Audience, Notice};

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

reasons! {
    /// Why a report waits in the queue.
    QueueReason {
        /// The directory could not be asked whether the service is there.
        DirectoryUnreachable {
            /// What was seen of that.
            said: String = words(),
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
            said: String = words(),
        } = "out_of_sight";
        /// The provider shows something else than what was asked for.
        Unexpected {
            /// What it shows.
            said: String = words(),
        } = "unexpected";
    }

    /// Why a file could not be scanned.
    NotScanned {
        /// Its bytes could not be read to the end.
        Cut = "cut";
        /// The scan did not come to an end.
        Failed {
            /// What it said.
            said: String = words(),
        } = "failed";
    }

    /// What is known of why the state of a service cannot be seen.
    OutOfSight {
        /// No answer to an order came, and this panel cannot be asked.
        CannotLook = "cannot_look";
        /// The panel could not be asked, or does not know.
        Panel {
            /// What was seen of that.
            said: String = words(),
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
            said: String = words(),
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
            said: String = words(),
        } = "refused";
        /// The panel asks to try later.
        Later {
            /// Its words.
            said: String = words(),
        } = "later";
        /// It went wrong and will be tried again.
        Failed {
            /// What was seen of that.
            said: String = words(),
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
