//! The digest of a mailbox: what it was not sent one by one, in one mail.

use portreeve_core::notice::{Audience, CustomerNotice, Notice};
use portreeve_core::time::from_millis;
use portreeve_store::{Gathered, NewJob, StoreError};

use super::{
    Envelope, MailError, NoticeJob, Plan, Planned, Planning, Sent, flood, message_id_of, write,
};
use crate::desk::Desk;
use crate::digest::sha256_hex;

/// Notices in one mail: more is a page that nobody reads. What is beyond follows in the next.
const LONGEST: i64 = 500;

/// What became of a digest.
pub(crate) enum Digest {
    /// All of it is told, or there is nobody to tell.
    Done,
    /// There is more, for another mail.
    More,
    /// It may go through later.
    Later(String),
}

/// What stands in a digest, and what does not any more.
#[derive(Default)]
struct Sorted {
    /// The address.
    to: String,
    told: Vec<(Planned, CustomerNotice)>,
    /// They reach nobody.
    lost: Vec<(Planned, Sent)>,
    /// Their customer has another address by now: each goes by itself.
    moved: Vec<NewJob>,
}

/// Sends the digest that a job's key names. A second run sends the same notices under the same Message-ID. With
/// `is_last` a failure is written down for each notice.
pub(crate) async fn send_digest(
    desk: &Desk,
    key: &str,
    is_last: bool,
) -> Result<Option<Digest>, StoreError> {
    let Some((mailbox, since)) = flood::of_key(key) else { return Ok(None) };
    let gathered = desk.db.read().await?.gathered_notices(mailbox, since, LONGEST).await?;
    if gathered.is_empty() {
        return Ok(Some(Digest::Done));
    }
    let id = format!("digest.{}.{}", &mailbox[..mailbox.len().min(16)], hash_of(&gathered));
    let mut sorted = sort(desk, mailbox, &gathered).await?;
    let sent = deliver(desk, &mut sorted, &id).await;
    desk.metrics.tried_notice(&sent, is_last);
    if let (Sent::Later(why), false) = (&sent, is_last) {
        return Ok(Some(Digest::Later(why.clone())));
    }
    let mut ended: Vec<(&Planned, &Sent)> =
        sorted.told.iter().map(|(one, _)| (one, &sent)).collect();
    ended.extend(sorted.lost.iter().map(|(one, sent)| (one, sent)));
    let now = desk.now();
    let mut tx = desk.db.write().await?;
    write(desk, &mut tx, &ended, now).await?;
    tx.enqueue(&sorted.moved, now.as_millisecond()).await?;
    if let Sent::Later(why) = sent {
        // They stay gathered, so that the job can be brought back to life.
        tx.commit().await?;
        return Ok(Some(Digest::Later(why)));
    }
    tx.take_gathered(mailbox, since, &gathered).await?;
    tx.commit().await?;
    let is_full = i64::try_from(gathered.len()).is_ok_and(|count| count >= LONGEST);
    Ok(Some(if is_full { Digest::More } else { Digest::Done }))
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
                    Plan::Impossible(why) => Sent::Refused(why.clone()),
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
        return Sent::Refused("no outgoing mail is configured".to_owned());
    };
    // From one of several senders only when all are from that one.
    let sender = first.sender.clone();
    let sender = sender.filter(|_| sorted.told.iter().all(|(one, _)| one.sender == first.sender));
    let domain = mail.domain_of(sender.as_deref());
    let message_id = message_id_of(id, domain);
    let entries: Vec<(Notice, CustomerNotice)> =
        sorted.told.iter().map(|(one, notice)| (one.job.notice, notice.clone())).collect();
    let envelope = Envelope {
        to: sorted.to.clone(),
        letter: desk.letters().digest(&entries),
        message_id: message_id.clone(),
        references: message_id.clone(),
        date: desk.now(),
        sender: sender.clone(),
    };
    for (planned, _) in &mut sorted.told {
        planned.in_digest = Some(message_id.clone());
    }
    match mail.mailer.send(&envelope).await {
        Ok(()) => Sent::Taken(sorted.to.clone()),
        Err(MailError::Later(why)) => Sent::Later(why),
        Err(MailError::Refused(why)) => Sent::Refused(why),
    }
}
