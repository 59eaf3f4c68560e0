//! The digest of a mailbox: what it was not sent one by one, in one mail.

use portreeve_core::notice::{Audience, CustomerNotice, Notice};
use portreeve_core::reason::NotDelivered;
use portreeve_core::time::from_millis;
use portreeve_store::{Gathered, NewJob, StoreError};

use super::{
    Addressed, Envelope, NoticeJob, Plan, Planned, Planning, Sent, flood, further, message_id_of,
    send_to_each, write,
};
use crate::desk::Desk;
use crate::digest::sha256_hex;

/// Notices in one mail: more is a page that nobody reads. What is beyond follows in the next.
pub(crate) const LONGEST: i64 = 500;

/// What stands in a digest, and what does not any more.
#[derive(Default)]
struct Sorted {
    /// The addresses.
    to: Vec<String>,
    told: Vec<(Planned, CustomerNotice)>,
    /// They reach nobody.
    lost: Vec<(Planned, Sent)>,
    /// Their customer has another address by now: each goes by itself.
    moved: Vec<NewJob>,
}

/// Sends the digest that a job's key names, in as many mails as it takes. A second run sends the same notices under the
/// same Message-ID. With `is_last` a failure is written down for each notice. Nothing: the key cannot be read; else
/// why it was not taken, if it was not.
pub(crate) async fn send_digest(
    desk: &Desk,
    key: &str,
    is_last: bool,
) -> Result<Option<Result<(), String>>, StoreError> {
    let Some((mailbox, since)) = flood::of_key(key) else { return Ok(None) };
    loop {
        let gathered = desk.db.read().await?.gathered_notices(mailbox, since, LONGEST).await?;
        if gathered.is_empty() {
            return Ok(Some(Ok(())));
        }
        if let Sent::Later(why, _) = send_one(desk, mailbox, since, &gathered, is_last).await? {
            return Ok(Some(Err(why)));
        }
    }
}

/// Sends one mail, and writes down what became of it unless it is to be tried again.
async fn send_one(
    desk: &Desk,
    mailbox: &str,
    since: i64,
    gathered: &[Gathered],
    is_last: bool,
) -> Result<Sent, StoreError> {
    let id = format!("digest.{}.{}", &mailbox[..mailbox.len().min(16)], hash_of(gathered));
    let mut sorted = sort(desk, mailbox, gathered).await?;
    let sent = deliver(desk, &mut sorted, &id).await;
    desk.metrics.tried_notice(&sent, is_last);
    let is_later = matches!(sent, Sent::Later(..));
    if is_later && !is_last {
        return Ok(sent);
    }
    let mut ended: Vec<(&Planned, &Sent)> =
        sorted.told.iter().map(|(one, _)| (one, &sent)).collect();
    ended.extend(sorted.lost.iter().map(|(one, sent)| (one, sent)));
    let now = desk.now();
    let mut tx = desk.db.write().await?;
    write(desk, &mut tx, &ended, now).await?;
    // What was given up stays gathered, so that the job can be brought back to life.
    if !is_later {
        tx.enqueue(&sorted.moved, now.as_millisecond()).await?;
        tx.take_gathered(mailbox, since, gathered).await?;
    }
    tx.commit().await?;
    Ok(sent)
}

/// The same for the same notices, so that a mail that goes out twice is known as one.
fn hash_of(gathered: &[Gathered]) -> String {
    let keys: Vec<String> = gathered
        .iter()
        .map(|one| format!("{}.{}.{}", one.report.0, one.notice.as_str(), one.at))
        .collect();
    sha256_hex(keys.join(" ").as_bytes())[..16].to_owned()
}

async fn sort(desk: &Desk, mailbox: &str, gathered: &[Gathered]) -> Result<Sorted, StoreError> {
    let jobs: Vec<NoticeJob> = gathered
        .iter()
        .filter_map(|one| {
            let (audience, at) = (Audience::Customer, from_millis(one.at)?);
            let (report, notice) = (one.report, one.notice);
            Some(NoticeJob { report, notice, audience, at, is_again: true })
        })
        .collect();
    let live = desk.live();
    let mut tx = desk.db.read().await?;
    let mut planning = Planning::begin(desk, &live.settings, &mut tx, &jobs).await?;
    let (mut sorted, mut links) = (Sorted::default(), Vec::new());
    let mut linked = None;
    for job in jobs {
        let Some(report) = planning.reports.get(&job.report).cloned() else { continue };
        match planning.customer_notice(&report, job).await? {
            Ok((to, mut notice)) if flood::mailbox(&to) == mailbox => {
                let mut link = planning.links.pop();
                // Notices about one report follow each other, and one link is enough for them.
                if let Some((_, known)) = linked.take_if(|(of, _)| *of == job.report) {
                    (notice.link, link) = (known, None);
                }
                linked = Some((job.report, notice.link.clone()));
                links.extend(link);
                notice.at = desk.now();
                let mut planned = Planned::of(job, Some(&report), Plan::Nobody);
                planned.sender = planning.sender(&report);
                sorted.told.push((planned, notice));
                sorted.to = to;
            }
            Ok(_) => sorted.moved.push(crate::record::to_row(&job.as_job())),
            Err(plan) => {
                let sent = match &plan {
                    Plan::Impossible(why) => Sent::Refused(why.clone(), Vec::new()),
                    _ => Sent::Nobody,
                };
                sorted.lost.push((Planned::of(job, Some(&report), plan), sent));
            }
        }
        planning.links.clear();
    }
    drop(tx);
    if !links.is_empty() {
        let mut tx = desk.db.write().await?;
        tx.add_client_links(&links).await?;
        tx.commit().await?;
    }
    Ok(sorted)
}

/// Sends the mail, and writes its Message-ID to the notices in it.
async fn deliver(desk: &Desk, sorted: &mut Sorted, id: &str) -> Sent {
    let Some((first, _)) = sorted.told.first() else { return Sent::Nobody };
    let Some(mail) = &desk.mail else {
        return Sent::Refused(NotDelivered::NoMailServer, Vec::new());
    };
    // From one of several senders only when all are from that one.
    let sender = first.sender.clone();
    let sender = sender.filter(|_| sorted.told.iter().all(|(one, _)| one.sender == first.sender));
    let domain = mail.domain_of(sender.as_deref());
    let message_id = message_id_of(id, domain);
    let entries: Vec<(Notice, CustomerNotice)> =
        sorted.told.iter().map(|(one, notice)| (one.job.notice, notice.clone())).collect();
    let letters: Vec<Addressed> = {
        let letter = desk.letters().digest(&entries);
        let to_each = |to: &String| Addressed { to: to.clone(), letter: letter.clone() };
        sorted.to.iter().map(to_each).collect()
    };
    for (planned, _) in &mut sorted.told {
        planned.in_digest = Some(message_id.clone());
    }
    let envelope = |number: usize, Addressed { to, letter }: &Addressed| Envelope {
        to: to.clone(),
        letter: letter.clone(),
        message_id: message_id_of(&further(id, number), domain),
        // Digests of one mailbox are kept together.
        references: message_id_of(id.rsplit_once('.').map_or(id, |(mailbox, _)| mailbox), domain),
        date: desk.now(),
        sender: sender.clone(),
        // An answer to several reports at a time is for a person to read.
        answers_to: desk.config.answer_address.clone(),
        is_reply: false,
    };
    send_to_each(mail, &letters, envelope).await
}
