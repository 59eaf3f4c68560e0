//! Rights as types. A right stands in a handler's signature, for pages and for the REST interface alike, so that no
//! handler can forget to ask for it.

/// A right that a handler needs.
pub(crate) trait Right: Send {
    /// Its name among the rights of roles.
    const NAME: &'static str;
}

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident = $word:literal),* $(,)?) => {
        $($(#[$doc])* #[derive(Debug)] pub(crate) struct $name;
        impl Right for $name {
            const NAME: &'static str = $word;
        })*
    };
}

rights! {
    /// See reports, services and the ledger.
    SeeReports = "see_reports",
    /// Open reports.
    Open = "open",
    /// Answer, note, extend, assign.
    Answer = "answer",
    /// Close and reopen.
    Close = "close",
    /// Suspend and release by hand.
    Suspend = "suspend",
    /// Decide what a guard held back.
    Approve = "approve",
    /// Settings and credentials.
    Setup = "setup",
    /// Lists of reports as files.
    Export = "export",
    /// Ask `FraudRecord`, and report to it.
    FraudRecord = "fraudrecord",
    /// See who complains.
    SeeReporter = "see_reporter",
    /// Hand complaints over.
    Complain = "complain",
    /// Nothing but to be signed in.
    Anybody = "",
}
