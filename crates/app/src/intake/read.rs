//! Reading a mail that came in: what becomes of it, in one transaction. A mail that was read is left alone, so that
//! a second run does no harm.

mod came_back;

pub(super) use came_back::is_its_message_id;

use portreeve_core::event::{Event, Kind};
use portreeve_core::ids::{Actor, MailId, ReportId};
use portreeve_core::intake::{
    ANSWERS_PER_HOUR, Answerer, Displayed, Lane, MailState, Why, judge, may_be_by_customer,
};
use portreeve_core::report::Report;
use portreeve_core::time::{Span, Timestamp, from_millis};
use portreeve_formats::{Automatic, DeliveryReport, Disposition, Mail, Receipt, Strength};
use portreeve_store::{MailEnd, MailRow, StoreError, Tx};

use super::about::Own;
use super::assess::{Assessed, ask_again, assess};
use super::token::{AnswerTokens, Shown};
use super::understood::Understood;
use super::{place, receipt, room};
use crate::attachment::Files;
use crate::desk::Desk;
use crate::record::Record;
use crate::report::{Act, ActError, Conditions, act_in};

/// The window of [`ANSWERS_PER_HOUR`].
const HOUR: Span = Span::from_mins(60);

/// How long the same Message-ID from the same sender is the same answer: a mailbox that is read late, or a server that
/// tries again, is not later.
const SAME_ANSWER_WITHIN: Span = Span::from_mins(30 * 24 * 60);

/// Notices to a customer among which the one that came back is looked for.
const LATEST_NOTICES: i64 = 50;

/// Longest words of a server in the history, in characters.
const LONGEST_DETAIL: usize = 500;

/// Whether a mail was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// Something became of it, now or before.
    Done,
    /// It tells of a notice that is not on record yet: servers are sometimes faster than our own writing. Or the desk
    /// stops.
    Later,
}

/// What becomes of a mail.
pub(super) struct Fate {
    pub(super) state: MailState,
    pub(super) why: Option<Why>,
    pub(super) report: Option<ReportId>,
}

impl Fate {
    pub(super) fn of(state: MailState, report: ReportId) -> Self {
        Self { state, why: None, report: Some(report) }
    }

    pub(super) fn waits(why: Why, report: Option<ReportId>) -> Self {
        Self { state: MailState::Waiting, why: Some(why), report }
    }
}

/// How often whose the sources of a complaint were is asked at a time, while the ledger changes.
const ASKED: u32 = 4;

/// What came of one try to write down what became of a mail.
enum Try {
    /// It is done, or it is not time yet.
    Is(Read),
    /// Addresses moved since it was asked whose they are.
    Moved,
}

/// Reads a mail, if nobody has. With `may_wait`, one that tells of a notice which is not on record yet is left for
/// later.
pub async fn read(desk: &Desk, id: MailId, may_wait: bool) -> Result<Read, StoreError> {
    let Some((row, bytes)) = super::row_and_bytes(desk, id).await? else { return Ok(Read::Done) };
    if row.state != MailState::Unread {
        return Ok(Read::Done);
    }
    let understood = Understood::of(desk, bytes.clone(), row.envelope_from.clone()).await;
    let Ok(understood) = understood else { return Ok(Read::Later) };
    let tokens = super::tokens(desk).await?;
    // What shows a code of ours is no complaint, whatever it quotes; and what was made to be too much work for one reader
    // is not given to another.
    let may_complain = !understood.is_unreadable
        && row.report.is_none()
        && row.shows_report.is_none()
        && matches!(shown(tokens, &row, &understood.mail), Shown::Nothing);
    let mut assessed = if may_complain {
        Some(assess(desk, &row, &understood, bytes, desk.now()).await?)
    } else {
        None
    };
    if may_wait && assessed.as_ref().is_some_and(Assessed::may_be_known_soon) {
        return Ok(Read::Later);
    }
    for _ in 1..ASKED {
        match try_once(desk, id, tokens, &understood, assessed.as_ref(), may_wait).await? {
            Try::Is(read) => return Ok(read),
            Try::Moved => {}
        }
        if let Some(assessed) = &mut assessed {
            ask_again(desk, assessed, &row, &understood, desk.now()).await?;
        }
    }
    // A large import may go on for long: then a person decides.
    if !may_wait && let Some(assessed) = &mut assessed {
        assessed.doubt_all();
    }
    match try_once(desk, id, tokens, &understood, assessed.as_ref(), may_wait).await? {
        Try::Is(read) => Ok(read),
        Try::Moved => Ok(Read::Later),
    }
}

/// Writes down what became of a mail, in one transaction.
async fn try_once(
    desk: &Desk,
    id: MailId,
    tokens: &AnswerTokens,
    understood: &Understood,
    assessed: Option<&Assessed>,
    may_wait: bool,
) -> Result<Try, StoreError> {
    let Some(row) = desk.db.read().await?.mail(id).await? else { return Ok(Try::Is(Read::Done)) };
    // Received before the transaction begins, which holds the writer.
    let files = match what(&row, understood) {
        What::Answer => super::by_staff::files_of(desk, &understood.mail).await,
        _ => Files::default(),
    };
    let mut tx = desk.db.write().await?;
    let Some(row) = tx.mail_alone(id).await?.filter(|row| row.state == MailState::Unread) else {
        return Ok(Try::Is(Read::Done));
    };
    let now = desk.now();
    let shown = match shown(tokens, &row, &understood.mail) {
        Shown::Report(report) => Some(report),
        // What the recipient of its envelope showed at the door.
        Shown::Nothing | Shown::False if understood.is_unreadable => row.report,
        Shown::Nothing | Shown::False => None,
    };
    tx.put_mail_reading(id, &understood.reading()).await?;
    let has_room = understood.is_unreadable || is_counted_for(&mut tx, desk, &row, shown).await?;
    let fate = if has_room {
        let mut reading = Reading {
            desk,
            tokens,
            tx: &mut tx,
            row: &row,
            understood,
            mail: &understood.mail,
            files,
            now,
            may_wait,
        };
        reading.fate().await
    } else {
        Ok(Some(Fate::waits(Why::TooMany, shown)))
    };
    let fate = match fate {
        Ok(Some(fate)) => match assessed.filter(|_| is_nobodys(&fate)) {
            Some(assessed) => {
                if let Some(ledger) = assessed.ledger
                    && ledger != tx.change_counters().await?.ledger
                {
                    return Ok(Try::Moved);
                }
                if came_before(&mut tx, &row, assessed).await? {
                    Fate { state: MailState::Duplicate, why: None, report: None }
                } else {
                    let mail = &understood.mail;
                    place::place(&mut tx, desk, &row, mail, assessed, fate, now).await?
                }
            }
            None => fate,
        },
        Ok(None) => return Ok(Try::Is(Read::Later)),
        Err(ActError::Store(error)) => return Err(error),
        Err(refused) => {
            // Nothing of what was begun may stay.
            drop(tx);
            tracing::warn!("mail {id} waits for staff, its report did not accept it: {refused}");
            tx = desk.db.write().await?;
            tx.put_mail_reading(id, &understood.reading()).await?;
            Fate::waits(Why::NotTaken, shown)
        }
    };
    if let (Some(why), Some(report)) = (fate.why, fate.report) {
        tell_that_it_waits(&mut tx, desk, id, report, why, now).await?;
    }
    let end = MailEnd { state: fate.state, why: fate.why, report: fate.report, by: None };
    tx.end_mail(id, &end, now.as_millisecond()).await?;
    let complains = assessed.is_some_and(|assessed| !assessed.complaint.incidents.is_empty());
    let counts = matches!(fate.state, MailState::Placed | MailState::Waiting)
        && fate.report.is_none()
        && fate.why != Some(Why::Observed);
    // Whoever was thanked for it is not thanked again when it is read once more.
    if complains && counts && row.reporter.is_none() {
        receipt::acknowledge(&mut tx, desk, id, understood.mail.automatic.is_some()).await?;
    }
    tx.commit().await?;
    desk.work.notify_waiters();
    Ok(Try::Is(Read::Done))
}

/// Whether the same complaint came before: to another of our addresses, or by another door. One that is authenticated
/// counts beside one that is not and became nothing, so that nobody stops it by being faster.
async fn came_before(tx: &mut Tx, row: &MailRow, assessed: &Assessed) -> Result<bool, StoreError> {
    let Some(before) = tx.came_before(&row.sha256, row.id).await? else { return Ok(false) };
    let is_more = assessed.lane() != Lane::Untrusted
        && !matches!(before.lane, Some(Lane::Known | Lane::Trusted))
        && matches!(before.state, MailState::Unread | MailState::Waiting | MailState::NoReport);
    Ok(!is_more)
}

/// Whether a mail is about no report that anybody knows: then it may be a complaint.
fn is_nobodys(fate: &Fate) -> bool {
    let may_be = [Why::NoToken, Why::Automatic, Why::Unreadable, Why::OtherBounce];
    fate.state == MailState::Waiting
        && fate.report.is_none()
        && fate.why.is_some_and(|why| may_be.contains(&why))
}

/// Whether a mail's bytes are counted for the report whose code it shows: those of one whose code was seen only when it
/// was read are counted now, if there is room. One that is not goes on to count as a stranger's, and waits.
async fn is_counted_for(
    tx: &mut Tx,
    desk: &Desk,
    row: &MailRow,
    shown: Option<ReportId>,
) -> Result<bool, StoreError> {
    let Some(report) = shown.filter(|_| row.shows_report.is_none()) else { return Ok(true) };
    if !room::has_room_for(desk, tx, report).await? {
        return Ok(false);
    }
    tx.put_shown_report(row.id, report).await?;
    Ok(true)
}

/// A mail that could not be read waits for staff as it is, if it is still unread.
pub async fn give_up(desk: &Desk, id: MailId) -> Result<(), StoreError> {
    let mut tx = desk.db.write().await?;
    let Some(row) = tx.mail_alone(id).await?.filter(|row| row.state == MailState::Unread) else {
        return Ok(());
    };
    let now = desk.now();
    let report = row.report.or(row.shows_report);
    if let Some(report) = report {
        tell_that_it_waits(&mut tx, desk, id, report, Why::Unreadable, now).await?;
    }
    let why = Some(Why::Unreadable);
    let end = MailEnd { state: MailState::Waiting, why, report, by: None };
    tx.end_mail(id, &end, now.as_millisecond()).await?;
    tx.commit().await?;
    desk.work.notify_waiters();
    Ok(())
}

/// Puts on a report's record that a mail about it waits. Staff are told in each hour of the clock once for a
/// report, whatever comes in; nor does the history fill up with what a machine sends.
async fn tell_that_it_waits(
    tx: &mut Tx,
    desk: &Desk,
    mail: MailId,
    report: ReportId,
    why: Why,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(report) = tx.report_alone(report).await? else { return Ok(()) };
    let hour = |millis: i64| millis.div_euclid(HOUR.as_millis());
    let last = tx.latest_event(report.id, &[Kind::MailWaits]).await?;
    let tells = last.is_none_or(|last| hour(last.at) != hour(now.as_millisecond()));
    let (state, since) = (MailState::Waiting, HOUR.before(now).as_millisecond());
    let waiting = tx.count_mails_of(report.id, state, since, ANSWERS_PER_HOUR).await?;
    if !tells && waiting >= ANSWERS_PER_HOUR {
        return Ok(());
    }
    let event = Event::MailWaits { mail, why, tells_staff: tells };
    put_on_record(tx, desk, &report, &Actor::Desk, event, now).await
}

pub(super) async fn put_on_record(
    tx: &mut Tx,
    desk: &Desk,
    report: &Report,
    by: &Actor,
    event: Event,
    now: Timestamp,
) -> Result<(), StoreError> {
    let service = report.subject.as_ref().map(|subject| &subject.service);
    let mut record = Record::new(desk);
    record.add(report.id, service, by, &[event], now);
    record.write(tx, now).await
}

/// Who wrote a mail, as far as it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writer {
    /// Nothing speaks against a person.
    Person,
    /// A machine that answers by itself.
    Machine,
    /// It has marks that some programs put on what people write.
    Unclear,
}

fn writer(row: &MailRow, mail: &Mail) -> Writer {
    let is_from_nobody = row.envelope_from.as_deref() == Some("");
    match mail.automatic.map(Automatic::strength) {
        _ if is_from_nobody => Writer::Machine,
        None => Writer::Person,
        Some(Strength::Strong) => Writer::Machine,
        Some(Strength::Weak) => Writer::Unclear,
    }
}

/// What a mail is, as far as it shows.
#[derive(Debug, Clone, Copy)]
enum What<'m> {
    /// Nobody knows.
    Unreadable,
    /// A server tells of a mail.
    Bounce(&'m DeliveryReport),
    /// A mail program tells of a mail.
    Receipt(&'m Receipt),
    /// A person may have written it.
    Answer,
    /// A machine answers by itself.
    Automatic,
    /// It may be either.
    Unclear,
}

fn what<'m>(row: &MailRow, understood: &'m Understood) -> What<'m> {
    let mail = &understood.mail;
    match (&mail.delivery, &mail.receipt, writer(row, mail)) {
        _ if understood.is_unreadable => What::Unreadable,
        (Some(delivery), ..) => What::Bounce(delivery),
        (None, Some(receipt), _) if receipt.is_all => What::Receipt(receipt),
        // Somebody may have written the rest.
        (None, Some(_), _) => What::Unclear,
        (None, None, Writer::Person) => What::Answer,
        (None, None, Writer::Machine) => What::Automatic,
        (None, None, Writer::Unclear) => What::Unclear,
    }
}

/// Why what the customer sent is not what they say, as far as anybody here can read it.
fn doubt(mail: &Mail) -> Option<Why> {
    if mail.is_encrypted {
        Some(Why::Encrypted)
    } else if mail.is_silent() {
        Some(Why::Empty)
    } else {
        mail.is_absence_note.then_some(Why::PerhapsAbsent)
    }
}

/// What a receipt shows of the mail that it is of.
fn shown_by(tokens: &AnswerTokens, receipt: &Receipt) -> Shown {
    tokens.shown(std::iter::empty(), receipt.of.iter().map(String::as_str))
}

/// What a mail shows that only our notices have.
fn shown(tokens: &AnswerTokens, row: &MailRow, mail: &Mail) -> Shown {
    let addresses = mail.addressed_to.iter().map(String::as_str);
    let addresses = std::iter::once(row.envelope_to.as_str()).chain(addresses);
    let receipts = mail.receipt.iter().flat_map(|receipt| &receipt.of);
    tokens.shown(addresses, mail.refers_to.iter().chain(receipts).map(String::as_str))
}

pub(super) struct Reading<'a> {
    pub(super) desk: &'a Desk,
    tokens: &'a AnswerTokens,
    pub(super) tx: &'a mut Tx,
    pub(super) row: &'a MailRow,
    understood: &'a Understood,
    pub(super) mail: &'a Mail,
    files: Files,
    now: Timestamp,
    pub(super) may_wait: bool,
}

impl Reading<'_> {
    /// Nothing: it is not time yet.
    async fn fate(&mut self) -> Result<Option<Fate>, ActError> {
        match self.own().await? {
            Own::Is(fate) => return Ok(Some(fate)),
            Own::PerhapsSoon => return Ok(None),
            Own::IsNot => {}
        }
        match what(self.row, self.understood) {
            What::Unreadable => Ok(Some(self.unreadable())),
            What::Bounce(delivery) => Ok(self.bounce(delivery).await?),
            What::Receipt(receipt) => Ok(Some(self.receipt(receipt).await?)),
            What::Answer => Ok(Some(self.answer().await?)),
            What::Automatic => Ok(Some(self.automatic().await?)),
            What::Unclear => Ok(Some(self.unclear().await?)),
        }
    }

    /// It may be the customer's answer, where it shows a report.
    fn unreadable(&self) -> Fate {
        match self.shown() {
            Shown::Report(id) => Fate::waits(Why::Unreadable, Some(id)),
            Shown::Nothing | Shown::False => Fate::waits(Why::Unreadable, self.row.report),
        }
    }

    fn shown(&self) -> Shown {
        shown(self.tokens, self.row, self.mail)
    }

    async fn answer(&mut self) -> Result<Fate, ActError> {
        let id = match self.shown() {
            Shown::Nothing => return Ok(self.without_code(Why::NoToken, Why::NoCode).await?),
            Shown::False => return Ok(self.without_code(Why::FalseToken, Why::FalseToken).await?),
            Shown::Report(id) => id,
        };
        let Some(report) = self.tx.report_alone(id).await? else {
            return Ok(Fate::waits(Why::NoToken, None));
        };
        if self.came_before(id).await? {
            return Ok(Fate::of(MailState::Duplicate, id));
        }
        if let Err(why) = self.judged(&report).await? {
            return Ok(Fate::waits(why, Some(id)));
        }
        if let Some(why) = doubt(self.mail) {
            return Ok(Fate::waits(why, Some(id)));
        }
        // What was left of the deadline when it came is left, however long it lay here unread.
        let received = from_millis(self.row.received_at).unwrap_or(self.now);
        let act = Act::AnswerByMail(self.understood.message.clone(), received);
        let (by, always) = (&Actor::Customer, &Conditions::default());
        let files = std::mem::take(&mut self.files);
        act_in(self.tx, self.desk, id, by, act, always, files).await?;
        let files = self.mail.files.len();
        let event = Event::AnsweredByMail { mail: self.row.id, files };
        self.put_on_record(&report, &Actor::Customer, event).await?;
        Ok(Fate::of(MailState::Answer, id))
    }

    /// Whether this mail became an answer already: it came to another of our addresses, by another door, or once more
    /// with other headers of servers. Some programs give the same Message-ID to mails that say something else.
    async fn came_before(&mut self, report: ReportId) -> Result<bool, StoreError> {
        let reading = self.understood.reading();
        if reading.message_id.as_ref().is_none_or(String::is_empty) {
            return Ok(false);
        }
        let since = SAME_ANSWER_WITHIN.before(self.now).as_millisecond();
        self.tx.answered_before(report, &reading, since).await
    }

    /// Whether it is the customer's answer, or why it waits.
    pub(super) async fn judged(&mut self, report: &Report) -> Result<Result<(), Why>, StoreError> {
        let customer = self.customer_of(report).await?;
        let answerer = Answerer {
            sender: self.mail.from.as_deref(),
            customer: customer.as_ref().map(|(id, address)| (id.as_str(), address.as_str())),
            answers: self.lately(report.id, MailState::Answer).await?,
        };
        Ok(judge(report, &answerer))
    }

    /// Whether it may be the customer's, by whatever it shows of its sender.
    pub(super) async fn may_be_by_customer(&mut self, report: &Report) -> Result<bool, StoreError> {
        let customer = self.customer_of(report).await?;
        let customer = customer.as_ref().map(|(id, address)| (id.as_str(), address.as_str()));
        let shown = self.mail.perhaps_from.iter().map(String::as_str);
        Ok(may_be_by_customer(report, customer, shown))
    }

    /// The customer of a report's service now: their id, and their addresses.
    async fn customer_of(
        &mut self,
        report: &Report,
    ) -> Result<Option<(String, String)>, StoreError> {
        let known = match &report.subject {
            Some(subject) => self.tx.service(&subject.service).await?,
            None => None,
        };
        let service = known.filter(|known| known.ended_at.is_none()).map(|known| known.service);
        Ok(service.map(|service| {
            // Nobody writes as the customer from an address of the desk's own.
            let is_own = self.desk.config.own_addresses.are_all_of(&service.customer_email);
            let address = if is_own { String::new() } else { service.customer_email };
            (service.customer_id, address)
        }))
    }

    /// What may be a person's answer, sent by a program that marks all of its mail: a person looks at it, as nothing is
    /// dearer than to suspend somebody who wrote. Customers write from other addresses, too: a code is enough.
    async fn unclear(&mut self) -> Result<Fate, ActError> {
        if let Shown::Report(id) = self.shown()
            && self.tx.report_alone(id).await?.is_some()
        {
            let is_a_servers = self.is_by_a_mail_server();
            let why = if is_a_servers { Why::OtherBounce } else { Why::PerhapsAutomatic };
            return Ok(Fate::waits(why, Some(id)));
        }
        if !matches!(self.shown(), Shown::Report(_))
            && let Some(report) = self.named_by_its_customer().await?
        {
            return Ok(Fate::waits(Why::PerhapsAutomatic, Some(report)));
        }
        self.automatic().await
    }

    /// A machine's answer to a notice is put on record. Nothing is answered, and nobody has the move by it.
    async fn automatic(&mut self) -> Result<Fate, ActError> {
        let Shown::Report(id) = self.shown() else { return Ok(Fate::waits(Why::Automatic, None)) };
        if self.is_by_a_mail_server() {
            // It may say that a notice came back, in words that are not understood.
            return Ok(Fate::waits(Why::OtherBounce, Some(id)));
        }
        let Some(report) = self.tx.report_alone(id).await? else {
            return Ok(Fate::waits(Why::Automatic, None));
        };
        if self.lately(id, MailState::Automatic).await? >= ANSWERS_PER_HOUR {
            return Ok(Fate::waits(Why::TooMany, Some(id)));
        }
        let event = Event::AutomaticAnswer { mail: self.row.id };
        self.put_on_record(&report, &Actor::Desk, event).await?;
        Ok(Fate::of(MailState::Automatic, id))
    }

    /// What a mail program says of a notice is put on record. Nobody said anything, so that nobody has the move and the
    /// clock goes on.
    async fn receipt(&mut self, receipt: &Receipt) -> Result<Fate, ActError> {
        let Shown::Report(id) = shown_by(self.tokens, receipt) else {
            // It is of another mail than a notice, whatever it shows besides.
            return self.unclear().await;
        };
        let Some(report) = self.tx.report_alone(id).await? else {
            return Ok(Fate::waits(Why::Automatic, None));
        };
        // What comes faster than people read fills no history.
        if self.lately(id, MailState::Receipt).await? < ANSWERS_PER_HOUR {
            let displayed = match receipt.disposition {
                Disposition::Displayed => Displayed::Shown,
                Disposition::Deleted => Displayed::Deleted,
                Disposition::Other => Displayed::Other,
            };
            let event = Event::ReadReceipt { mail: self.row.id, displayed };
            self.put_on_record(&report, &Actor::Desk, event).await?;
        }
        Ok(Fate::of(MailState::Receipt, id))
    }

    fn is_by_a_mail_server(&self) -> bool {
        let from = self.mail.from.as_deref().unwrap_or_default().to_ascii_lowercase();
        let name = from.split('@').next().unwrap_or_default();
        matches!(name, "mailer-daemon" | "postmaster")
    }

    pub(super) async fn lately(
        &mut self,
        report: ReportId,
        state: MailState,
    ) -> Result<i64, StoreError> {
        let since = HOUR.before(self.now).as_millisecond();
        self.tx.count_mails_of(report, state, since, ANSWERS_PER_HOUR).await
    }

    pub(super) async fn put_on_record(
        &mut self,
        report: &Report,
        by: &Actor,
        event: Event,
    ) -> Result<(), StoreError> {
        put_on_record(self.tx, self.desk, report, by, event, self.now).await
    }
}
