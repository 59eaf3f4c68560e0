//! Mails that came in: what becomes of them, and when one counts as an answer of a report's customer.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::report::{Report, State};
use crate::service::BETWEEN_MAILBOXES;
use crate::text::{ascii_domain, with_ascii_domain};
use crate::time::{Span, Timestamp};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $code)] $variant),* }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word that is stored and shown in JSON.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }

            /// The one of a stored word.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words! {
    /// What became of a mail.
    MailState {
        /// Nobody has read it yet.
        Unread = "unread";
        /// It became an answer of the customer.
        Answer = "answer";
        /// It is an answer that came before, by another way.
        Duplicate = "duplicate";
        /// It told of a notice that came back, or is late, and that is on record.
        Bounce = "bounce";
        /// A machine answered a notice; that is on record.
        Automatic = "automatic";
        /// A mail program told what became of a notice at its recipient; that is on record.
        Receipt = "receipt";
        /// The desk sent it itself, to an address of its own.
        Own = "own";
        /// It waits for staff.
        Waiting = "waiting";
        /// Staff took it for one of a report.
        Attached = "attached";
        /// Staff want nothing of it.
        Dismissed = "dismissed";
        /// A complaint that opened reports or joined them.
        Placed = "placed";
        /// Whatever it is, it is no report of abuse.
        NoReport = "no_report";
    }
}

impl MailState {
    /// How it stands, in the words of the inbox.
    pub fn standing(self) -> Standing {
        match self {
            Self::Unread => Standing::Unread,
            Self::Answer | Self::Attached | Self::Placed => Standing::Placed,
            Self::Duplicate
            | Self::Bounce
            | Self::Automatic
            | Self::Receipt
            | Self::Own
            | Self::NoReport => Standing::SetAside,
            Self::Waiting => Standing::Waiting,
            Self::Dismissed => Standing::Dismissed,
        }
    }
}

words! {
    /// How something that came in stands, in the words of the inbox.
    Standing {
        /// Nobody has read it yet.
        Unread = "unread";
        /// It is part of a report.
        Placed = "placed";
        /// There is nothing to do with it.
        SetAside = "set_aside";
        /// It waits for staff.
        Waiting = "waiting";
        /// Staff want nothing of it.
        Dismissed = "dismissed";
    }
}

impl Standing {
    /// The states that stand so.
    pub fn states(self) -> impl Iterator<Item = MailState> {
        MailState::ALL.iter().copied().filter(move |state| state.standing() == self)
    }
}

words! {
    /// How far the sender of a complaint is trusted.
    Lane {
        /// Staff trust this reporter, and the complaint is authenticated as theirs.
        Trusted = "trusted";
        /// It is authenticated.
        Known = "known";
        /// Anybody may have sent it.
        Untrusted = "untrusted";
    }
}

words! {
    /// What became of one allegation of a complaint.
    IncidentFate {
        /// A report was opened for it.
        Opened = "opened";
        /// It joined a report that was open.
        Joined = "joined";
        /// Staff put it into a report.
        ByStaff = "by_staff";
        /// The desk only observes: a report would have been opened.
        WouldOpen = "would_open";
        /// The desk only observes: it would have joined a report that is open.
        WouldJoin = "would_join";
        /// It waits for staff.
        Waits = "waits";
        /// It is nothing to this desk.
        Passed = "passed";
    }
}

words! {
    /// Why staff dismiss something that waits.
    Because {
        /// Nothing that anybody needs.
        Noise = "noise";
        /// It is about somebody else's network.
        NotOurs = "not_ours";
        /// It describes no abuse.
        NotAbuse = "not_abuse";
    }
}

words! {
    /// Why a mail waits for staff.
    Why {
        /// Nothing in it refers to a notice.
        NoToken = "no_token";
        /// It names a report and comes from its customer, but has nothing that only our notices have: a relay may have
        /// taken it away.
        NoCode = "no_code";
        /// It refers to a report without what only our notices have.
        FalseToken = "false_token";
        /// It is not from the customer's address.
        OtherSender = "other_sender";
        /// The service changed hands.
        OtherCustomer = "other_customer";
        /// The report is over.
        Closed = "closed";
        /// The report has no service.
        Queued = "queued";
        /// Too many within an hour.
        TooMany = "too_many";
        /// A machine wrote it.
        Automatic = "automatic";
        /// The customer's program marks it as written by a machine, as some do with what people write.
        PerhapsAutomatic = "perhaps_automatic";
        /// It reads like a note of a program that answers for somebody who is away.
        PerhapsAbsent = "perhaps_absent";
        /// Nobody here can read it.
        Encrypted = "encrypted";
        /// There is nothing in it.
        Empty = "empty";
        /// A mail came back, but none of ours.
        OtherBounce = "other_bounce";
        /// Nothing could be made of it.
        Unreadable = "unreadable";
        /// The report that it is about refused it.
        NotTaken = "not_taken";
        /// A complaint that names no source.
        NoSource = "no_source";
        /// The source is nobody's here: foreign, private or reserved.
        NotOurs = "not_ours";
        /// The source is ours, and no service held it then.
        NobodyThen = "nobody_then";
        /// The time is not sure enough to say who held the source then.
        TimeUnsure = "time_unsure";
        /// Another service holds the source by now, or it has another customer.
        Moved = "moved";
        /// Several services share the source, and nothing says which of them is meant.
        SeveralHolders = "several_holders";
        /// It is older than what is placed automatically.
        TooOld = "too_old";
        /// By a setting complaints wait for staff.
        BySetting = "by_setting";
        /// The desk only observes.
        Observed = "observed";
        /// Complaints of this reporter are muted.
        Muted = "muted";
        /// It has more allegations than are placed automatically.
        TooLarge = "too_large";
        /// It is no report of abuse.
        NoReport = "no_report";
    }
}

words! {
    /// What a mail program says became of a notice at its recipient (RFC 8098).
    Displayed {
        /// It was shown.
        Shown = "shown";
        /// It was deleted, seen or not.
        Deleted = "deleted";
        /// Something else.
        Other = "other";
    }
}

/// Answers of a customer to one report within an hour, by mail or on its page. People do not write faster; what does is
/// a machine that does not say so.
pub const ANSWERS_PER_HOUR: i64 = 20;

/// How long mail may lie unread before staff are told that it is not read in time.
pub const READING_BEHIND: Span = Span::from_mins(10);

/// What changes about the reading of incoming mail, as far as staff are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// It is as it was.
    AsBefore,
    /// It fell behind: staff are told now, and not again before it has caught up.
    FellBehind,
    /// It has caught up.
    CaughtUp,
}

/// How the reading stands when the oldest unread mail came at `oldest` and staff were told or not that it is behind. It
/// has caught up only at half of the time, so that a mail at the limit is told of once.
pub fn reading(oldest: Option<Timestamp>, is_told: bool, now: Timestamp) -> Reading {
    let lies = oldest.map_or(Span::ZERO, |at| Span::between(at, now));
    if !is_told && lies > READING_BEHIND {
        Reading::FellBehind
    } else if is_told && lies < READING_BEHIND.half() {
        Reading::CaughtUp
    } else {
        Reading::AsBefore
    }
}

/// The addresses of the desk itself: what goes to one of them, or to one that is made from it with a `+`, tells nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnAddresses(BTreeSet<String>);

impl OwnAddresses {
    /// These; what is no address is left out.
    pub fn new<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Self {
        Self(addresses.into_iter().filter_map(base).collect())
    }

    /// Whether this is an address of the desk's own.
    pub fn have(&self, address: &str) -> bool {
        base(address).is_some_and(|base| self.0.contains(&base))
    }

    /// Whether somebody with these addresses (one, or several with commas, semicolons or blanks between them) could only
    /// be told by mail to the desk itself.
    pub fn are_all_of(&self, addresses: &str) -> bool {
        let separates = |c: char| matches!(c, ',' | ';') || c.is_whitespace();
        let mut named = addresses.split(separates).filter(|one| !one.is_empty()).peekable();
        named.peek().is_some() && named.all(|one| self.have(one))
    }

    /// The first of somebody's addresses that is one of the desk's own.
    pub fn first_of<'a>(&self, addresses: &'a str) -> Option<&'a str> {
        let separates = |c: char| matches!(c, ',' | ';') || c.is_whitespace();
        addresses.split(separates).find(|one| self.have(one))
    }
}

/// An address without what stands behind a `+`, as all ways of writing it have it.
fn base(address: &str) -> Option<String> {
    let plain = with_ascii_domain(address.trim()).to_lowercase();
    let (local, domain) = plain.rsplit_once('@')?;
    let local = local.trim_matches('"').split('+').next().unwrap_or_default();
    let domain = domain.trim_end_matches('.');
    (!local.is_empty() && !domain.is_empty()).then(|| format!("{local}@{domain}"))
}

/// What is known when a mail refers to a report as only our notices do.
#[derive(Debug, Clone, Copy)]
pub struct Answerer<'a> {
    /// Whom the mail is from.
    pub sender: Option<&'a str>,
    /// The customer of the service now, by their id, and their mail addresses as the service has them; none when it is
    /// gone.
    pub customer: Option<(&'a str, &'a str)>,
    /// Answers by mail to the report within the last hour.
    pub answers: i64,
}

/// Whether the mail is the customer's answer to this report, or why it waits. A mail proves less than the link does:
/// whoever saw a notice can write any sender. So it can say something, and do nothing else.
pub fn judge(report: &Report, answerer: &Answerer<'_>) -> Result<(), Why> {
    let subject = report.subject.as_ref().ok_or(Why::Queued)?;
    let (customer, address) = answerer.customer.ok_or(Why::OtherCustomer)?;
    if customer != subject.customer_id {
        return Err(Why::OtherCustomer);
    }
    let mut theirs = address.split(BETWEEN_MAILBOXES.trim_end());
    if !answerer.sender.is_some_and(|sender| theirs.any(|one| is_same_address(sender, one))) {
        return Err(Why::OtherSender);
    }
    match report.state {
        State::Queued { .. } => Err(Why::Queued),
        State::Closed { .. } => Err(Why::Closed),
        State::Open { .. } if answerer.answers >= ANSWERS_PER_HOUR => Err(Why::TooMany),
        State::Open { .. } => Ok(()),
    }
}

/// Whether a mail that names a report may be its customer's, by addresses that it shows besides its sender or that are
/// written in another way. That is enough for a person to look at it, and never for an answer.
pub fn may_be_by_customer<'a>(
    report: &Report,
    customer: Option<(&str, &str)>,
    mut shown: impl Iterator<Item = &'a str>,
) -> bool {
    let (Some(subject), Some((customer, address))) = (&report.subject, customer) else {
        return false;
    };
    let theirs: Vec<String> =
        address.split(BETWEEN_MAILBOXES.trim_end()).filter_map(base).collect();
    customer == subject.customer_id
        && !matches!(report.state, State::Queued { .. })
        && shown.any(|one| base(one).is_some_and(|one| theirs.contains(&one)))
}

/// Whether two texts are the same mail address. Servers may tell `Ada@` from `ada@`, but none is known to; that goes for
/// ASCII alone, as other letters that look alike are other addresses. A domain may be written in its letters or as the
/// network has it (`müller.example.com`, `xn--mller-kva.example.com`).
pub fn is_same_address(one: &str, other: &str) -> bool {
    match (comparable(one), comparable(other)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

/// The name before the `@` and the domain as the network has it. None of what is no address, or whose domain is written
/// in letters that only stand for others (`ｅｘａｍｐｌｅ.com`).
fn comparable(address: &str) -> Option<(String, String)> {
    let (local, domain) = address.trim().split_once('@')?;
    let is_plain = !local.is_empty() && !domain.is_empty() && !domain.contains('@');
    let domain = ascii_domain(domain).filter(|_| is_plain)?;
    Some((local.to_ascii_lowercase(), domain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::guard::{Clock, Facts, Mails};
    use crate::ids::{ReportId, ServiceKey};
    use crate::report::{
        Allegation, Countdown, Hold, OnReply, Outcome, Subject, SuspendMethod, TimeLimit,
    };
    use crate::time::{Span, from_millis};

    fn report() -> Report {
        let service = ServiceKey::parse("main:1", "").expect("good");
        let allegation = Allegation {
            category: "Spam".into(),
            service_ip: "192.0.2.1".into(),
            additional_info: String::new(),
            suspend_method: SuspendMethod::NoSuspend,
            allow_unsuspend: false,
            pay_to_unsuspend: false,
        };
        let limit = TimeLimit {
            period: Span::from_mins(60),
            reminder: true,
            on_reply: OnReply::Pause,
            require_notice: true,
        };
        let facts = Facts {
            service: None,
            customer_was_told: true,
            mails: Mails::Seen,
            within_hourly_limit: true,
            clock: Clock::Sane,
            paused: false,
        };
        let subject = Subject { service, customer_id: "11".into() };
        let at = from_millis(1).expect("in range");
        Report::open(ReportId(92), subject, allegation, &limit, &facts, at).0
    }

    const ADA: Answerer<'_> = Answerer {
        sender: Some("Ada@Example.com"),
        customer: Some(("11", " ada@example.com")),
        answers: 0,
    };

    #[test]
    fn the_customer_answers_and_nobody_else() {
        assert_eq!(judge(&report(), &ADA), Ok(()));
        let several = Some(("11", "ben@example.com, ada@example.com"));
        assert_eq!(judge(&report(), &Answerer { customer: several, ..ADA }), Ok(()));
        let others = Some(("11", "ben@example.com, cleo@example.com"));
        let judged = judge(&report(), &Answerer { customer: others, ..ADA });
        assert_eq!(judged, Err(Why::OtherSender));
        for (answerer, why) in [
            (Answerer { sender: None, ..ADA }, Why::OtherSender),
            (Answerer { sender: Some("eve@example.com"), ..ADA }, Why::OtherSender),
            (Answerer { customer: Some(("11", "")), ..ADA }, Why::OtherSender),
            (Answerer { sender: Some(""), customer: Some(("11", "")), ..ADA }, Why::OtherSender),
            (Answerer { customer: Some(("12", "ada@example.com")), ..ADA }, Why::OtherCustomer),
            (Answerer { customer: None, ..ADA }, Why::OtherCustomer),
            (Answerer { answers: ANSWERS_PER_HOUR, ..ADA }, Why::TooMany),
        ] {
            assert_eq!(judge(&report(), &answerer), Err(why), "{answerer:?}");
        }
    }

    #[test]
    fn a_customer_who_writes_in_another_way_is_looked_at_and_does_not_answer() {
        let customer = Some(("11", "ada@example.com, ben@example.com"));
        let may_be =
            |one: &str, customer| may_be_by_customer(&report(), customer, [one].into_iter());
        for one in [
            "ada@example.com.",
            "\"ada\"@example.com",
            "Ada+tickets@example.com",
            "ben@example.com",
        ] {
            assert!(may_be(one, customer), "{one}");
        }
        let written = Answerer { sender: Some("Ada+tickets@example.com"), ..ADA };
        assert_eq!(judge(&report(), &written), Err(Why::OtherSender));
        assert!(!may_be("eve@example.com", customer));
        assert!(!may_be("ada@example.com", Some(("12", "ada@example.com"))));
        assert!(!may_be("ada@example.com", None));
        assert!(!may_be("", Some(("11", ""))));
    }

    #[test]
    fn an_address_is_the_same_whichever_way_its_domain_is_written() {
        for (one, other) in [
            ("Jörg@müller.example.com", "jörg@xn--mller-kva.example.com"),
            ("info@MÜLLER.example.com", "info@XN--mller-kva.example.com"),
            ("ada@example.com", " Ada@Example.COM "),
        ] {
            assert!(is_same_address(one, other) && is_same_address(other, one), "{one} {other}");
        }
        for look_alike in [
            "ada@ｅｘａｍｐｌｅ.com",
            "ada@example。com",
            "ada@exam\u{ad}ple.com",
            "ada@ex\u{200d}ample.com",
            "ada@\u{24d4}xample.com",
            "a\u{212a}a@example.com",
            "ada@example.com.",
            "ada@x@example.com",
            "@example.com",
            "ada@",
        ] {
            for address in ["ada@example.com", "aka@example.com", "@example.com", "ada@"] {
                assert!(!is_same_address(look_alike, address), "{look_alike}");
                assert!(!is_same_address(address, look_alike), "{look_alike}");
            }
        }
        assert!(!is_same_address("k@\u{212a}elvin.example", "k@kelvin.example"));
        assert!(
            !is_same_address("k@\u{212a}ü.example", "k@kü.example"),
            "even beside letters of its own"
        );
        assert!(!is_same_address("\u{212a}@example.com", "k@example.com"));
        assert!(!is_same_address("info@müller.example.com", "info@muller.example.com"));
        assert!(!is_same_address("jorg@example.com", "jörg@example.com"));
        assert!(!is_same_address("example.com", "example.com"));
    }

    #[test]
    fn a_report_that_is_over_or_has_no_service_takes_no_answer() {
        let mut closed = report();
        let at = from_millis(1).expect("in range");
        closed.state = State::Closed { at, outcome: Outcome::Resolved };
        assert_eq!(judge(&closed, &ADA), Err(Why::Closed));
        let mut queued = report();
        queued.subject = None;
        assert_eq!(judge(&queued, &ADA), Err(Why::Queued));
    }

    #[test]
    fn staff_are_told_once_of_a_customers_notice_that_came_back_and_never_of_their_own() {
        use crate::notice::{Audience, Notice};
        let at = from_millis(1).expect("in range");
        let jobs = |audience, is_first| {
            let (address, said) = ("ada@example.com".to_owned(), None);
            let notice = Notice::Opened;
            let event = Event::NoticeBounced { notice, audience, address, said, is_first };
            crate::event::jobs_for(ReportId(1), None, &event, at).len()
        };
        assert_eq!(jobs(Audience::Customer, true), 1);
        assert_eq!(jobs(Audience::Customer, false), 0);
        assert_eq!(jobs(Audience::Staff, true), 0);
    }

    #[test]
    fn staff_are_told_of_a_mail_that_waits_when_it_is_time_to() {
        let at = from_millis(1).expect("in range");
        let jobs = |tells_staff| {
            let (mail, why) = (crate::ids::MailId(17), Why::OtherSender);
            let event = Event::MailWaits { mail, why, tells_staff };
            crate::event::jobs_for(ReportId(1), None, &event, at).len()
        };
        assert_eq!((jobs(true), jobs(false)), (1, 0));
    }

    #[test]
    fn a_deadline_is_put_off_while_mail_that_came_before_it_is_unread() {
        let limit = |on_reply| TimeLimit {
            period: Span::from_mins(60),
            reminder: false,
            on_reply,
            require_notice: true,
        };
        let facts = |mails| Facts {
            service: Some(crate::guard::ServiceFacts {
                customer_id: "11".into(),
                status: crate::service::ServiceStatus::Active,
                protected: false,
            }),
            customer_was_told: true,
            mails,
            within_hourly_limit: true,
            clock: Clock::Sane,
            paused: false,
        };
        let at = |minutes: i64| from_millis(1 + minutes * 60_000).expect("in range");
        let mut report = report();
        report.allegation.suspend_method = SuspendMethod::TimeLimit;
        let countdown = Countdown::Running { deadline: at(60), remind_at: Some(at(30)) };
        report.state = State::Open { turn: crate::report::Turn::Customer, countdown };
        let pause = limit(OnReply::Pause);
        let unread = facts(Mails::Unread);
        let (reminded, events) = report.clone().tick(&pause, &unread, at(30));
        assert_eq!(events.len(), 1, "a reminder waits for nothing");
        assert_eq!(reminded.clone().tick(&pause, &unread, at(60)), (reminded.clone(), Vec::new()));
        assert!(reminded.is_put_off(&pause, &unread, at(60)));
        assert!(!reminded.is_put_off(&pause, &unread, at(59)));
        assert!(!reminded.is_put_off(&limit(OnReply::Ignore), &unread, at(60)));
        let held = |mails| reminded.clone().tick(&pause, &facts(mails), at(70)).0.hold;
        assert!(matches!(held(Mails::Seen), Hold::Placed { .. }), "once it is read");
        assert!(matches!(held(Mails::Waiting), Hold::Waiting { .. }));
        let ignored = reminded.clone().tick(&limit(OnReply::Ignore), &unread, at(60)).0;
        assert!(matches!(ignored.hold, Hold::Placed { .. }));
    }

    #[test]
    fn staff_are_told_once_that_mail_is_not_read_in_time() {
        let at = |minutes: i64| from_millis(minutes * 60_000).expect("in range");
        let oldest = |minutes| Some(at(minutes));
        for (oldest, is_told, is) in [
            (None, false, Reading::AsBefore),
            (oldest(90), false, Reading::AsBefore),
            (oldest(89), false, Reading::FellBehind),
            (oldest(89), true, Reading::AsBefore),
            (oldest(94), true, Reading::AsBefore),
            (oldest(96), true, Reading::CaughtUp),
            (None, true, Reading::CaughtUp),
            // A clock that went back.
            (oldest(200), false, Reading::AsBefore),
        ] {
            assert_eq!(reading(oldest, is_told, at(100)), is, "{oldest:?} {is_told}");
        }
    }

    #[test]
    fn the_desks_own_addresses_are_known_in_every_way_they_are_written() {
        let own = OwnAddresses::new(["abuse@example.com", "Desk@bücher.example", "nobody", "@x"]);
        for address in [
            "abuse@example.com",
            " Abuse+ben@Example.COM ",
            "abuse+r1.00@example.com.",
            "desk@xn--bcher-kva.example",
            "DESK+x@BÜCHER.example",
        ] {
            assert!(own.have(address), "{address}");
        }
        for address in ["", "abuse", "abuse@example.net", "x.abuse@example.com", "nobody", "@x"] {
            assert!(!own.have(address), "{address}");
        }
        assert!(own.are_all_of("abuse@example.com; abuse+x@example.com"));
        assert!(!own.are_all_of("abuse@example.com, ada@example.com"));
        assert!(!own.are_all_of(" ,"));
    }

    #[test]
    fn words_read_back() {
        for state in MailState::ALL {
            assert_eq!(MailState::from_code(state.code()), Some(*state));
        }
        for why in Why::ALL {
            assert_eq!(Why::from_code(why.code()), Some(*why));
        }
    }
}
