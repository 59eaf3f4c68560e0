//! What is exchanged with `FraudRecord`, a register in which hosts tell each other of customers, as far as it goes on
//! record here: without anything of the customer's.

/// Something of a customer that the register knows people by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The name.
    Name,
    /// The mail address.
    Email,
    /// The login name.
    Account,
    /// The domain.
    Domain,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Name, Self::Email, Self::Account, Self::Domain];

    /// What the register calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Account => "accountuser",
            Self::Domain => "domain",
        }
    }
}

/// One step of the exchange.
#[expect(missing_docs, reason = "every field is named after what its variant's line tells")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Staff asked, and there are records.
    Found { fields: String },
    /// Staff asked, and there are none.
    NothingFound { fields: String },
    /// Staff asked in vain.
    NotAnswered { why: String },
    /// A report is about to be sent. Without a later step nobody knows whether it was.
    ReportBegun { value: u8, fields: String },
    /// The register took it.
    Reported { code: String },
    /// The register did not take it, or it was not sent.
    NotReported { why: String },
    /// No answer came: the register may have taken it.
    ReportLost { why: String },
}

impl Step {
    /// The kind of its line of history.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Found { .. } | Self::NothingFound { .. } | Self::NotAnswered { .. } => {
                "fraudrecord_asked"
            }
            Self::ReportBegun { .. } => "fraudrecord_report_begun",
            Self::Reported { .. } => "fraudrecord_reported",
            Self::NotReported { .. } => "fraudrecord_not_reported",
            Self::ReportLost { .. } => "fraudrecord_report_lost",
        }
    }

    /// What happened, in one sentence for staff.
    pub fn text(&self) -> String {
        match self {
            Self::Found { fields } => {
                format!("FraudRecord was asked about the customer ({fields}) and has records")
            }
            Self::NothingFound { fields } => {
                format!("FraudRecord was asked about the customer ({fields}) and has no records")
            }
            Self::NotAnswered { why } => {
                format!("FraudRecord was asked about the customer in vain: {why}")
            }
            Self::ReportBegun { value, fields } => {
                format!("a report to FraudRecord begins: severity {value}, with {fields}")
            }
            Self::Reported { code } => format!("FraudRecord took the report: {code}"),
            Self::NotReported { why } => format!("FraudRecord did not take the report: {why}"),
            Self::ReportLost { why } => {
                format!("no answer from FraudRecord, which may have the report: {why}")
            }
        }
    }
}

/// Whether a customer may be reported to the register because of this report of ours, by the last step that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was reported.
    Open,
    /// The register has a report.
    Reported,
    /// It may have one.
    Unknown,
}

impl Standing {
    /// The kinds of lines of which the latest decides.
    pub const KINDS: [&str; 4] = [
        "fraudrecord_report_begun",
        "fraudrecord_reported",
        "fraudrecord_not_reported",
        "fraudrecord_report_lost",
    ];

    /// By the kind of the latest of these lines.
    pub fn after(kind: Option<&str>) -> Self {
        match kind {
            Some("fraudrecord_reported") => Self::Reported,
            Some("fraudrecord_report_begun" | "fraudrecord_report_lost") => Self::Unknown,
            _ => Self::Open,
        }
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Reported => "reported",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_without_an_answer_may_have_arrived() {
        let text = || "x".to_owned();
        let begun = Step::ReportBegun { value: 5, fields: text() };
        let lost = Step::ReportLost { why: text() };
        for step in [begun, lost] {
            assert!(Standing::KINDS.contains(&step.kind()));
            assert_eq!(Standing::after(Some(step.kind())), Standing::Unknown);
        }
        let taken = Step::Reported { code: text() };
        assert_eq!(Standing::after(Some(taken.kind())), Standing::Reported);
        let refused = Step::NotReported { why: text() };
        assert_eq!(Standing::after(Some(refused.kind())), Standing::Open);
        assert_eq!(Standing::after(None), Standing::Open);
    }
}
