# The inbox: what came in and no rule placed.

nav-inbox = Inbox
inbox-parts = Parts of the inbox
inbox-state-waiting = Waiting
inbox-state-queued = Reports without a service
inbox-state-unread = Not read yet
inbox-state-placed = Placed
inbox-state-set_aside = Set aside
inbox-state-dismissed = Dismissed
inbox-state-all = All
inboxpart-waiting = Complaints and other mail that no rule placed, the oldest first. Open a report, attach it to one, or dismiss it.
inboxpart-unread = Stored, about to be read.
inboxpart-placed = Became a report, joined one, or was attached to one.
inboxpart-set_aside = Bounces, automatic replies and other mail that is no report of abuse.
inboxpart-dismissed = Dismissed by staff. Nothing is deleted.
inboxpart-all = Everything that came in, the newest first.
inbox-of_reporter = From
inbox-empty = Nothing here.
inbox-no_more = There is nothing more.
inbox-choose_one = Select { $id }
inbox-choose_all = Select all on this page
inbox-times =
    { $n ->
        [one] once
       *[other] { $n } times
    }
inbox-nobody = no service
inbox-more =
    { $n ->
        [one] and 1 more
       *[other] and { $n } more
    }
inbox-because = Reason
inbox-because-none = not stated
because-noise = Noise
because-not_ours = Not our network
because-not_abuse = Not abuse
inbox-attach = Attach
inbox-open = Open report
inbox-open_for = Open report for { $key }
inbox-open_one = Open one report
inbox-is_report = This is a report: let it wait
inbox-done =
    { $n ->
        [one] 1 entry was handled.
       *[other] { $n } entries were handled.
    }
inbox-left =
    { $n ->
        [one] 1 entry was not changed:
       *[other] { $n } entries were not changed:
    }
inbox-found = What was found in it
inbox-source = Source
inbox-observed = Observed
inbox-whose = Held then by
inbox-became = Result
inbox-port = port { $port }
inbox-no_time = no time stated
inbox-held_it = held it then
zone-assumed = time zone assumed: UTC
zone-header = time zone of the e-mail
fate-opened = report opened
fate-joined = added to a report
fate-by_staff = added by staff
fate-would_open = would open a report
fate-would_join = would join a report
fate-waits = waits
fate-passed = passed over
inbox-no_right = Who complains, and their words, show only with the right “see who reported”.
inbox-do = Handle it
inbox-came = How it came in
inbox-channel-lmtp = by mail server (LMTP)
inbox-channel-imap = by mailbox (IMAP)
inbox-channel-folder = by folder
inbox-channel-api = by API
inbox-channel-form = by the public form
inbox-channel-ingest = by command line
inbox-format = Format
inbox-not_a_report = Recognised as
inbox-lane = Trust
inbox-flags = Warnings
inbox-defects = Oddities
inbox-reporter = Reporter
lane-trusted = trusted
lane-known = authenticated
lane-untrusted = not authenticated
inbox-observes = Observe mode.
inbox-observes-text = Complaints are read and matched. No report is opened, and nobody is notified.
inbox-observed-title = What Portreeve would have done
inbox-observes-sum =
    { $total ->
        [one] { $could } of 1 waiting complaint could have been placed.
       *[other] { $could } of { $total } waiting complaints could have been placed.
    }
inbox-by_reason = By reason
inbox-by_format = By format

# The reason why something waits, as a chip.
whychip-no_token = No reference
whychip-no_code = No code
whychip-false_token = False reference
whychip-other_sender = Other sender
whychip-other_customer = Other customer
whychip-closed = Report closed
whychip-queued = No service yet
whychip-too_many = Too many
whychip-automatic = Automatic
whychip-perhaps_automatic = Perhaps automatic
whychip-perhaps_absent = Perhaps out of office
whychip-encrypted = Encrypted
whychip-empty = Empty
whychip-other_bounce = Unknown bounce
whychip-unreadable = Unreadable
whychip-not_taken = Not accepted
whychip-no_source = No source
whychip-not_ours = Not ours
whychip-nobody_then = Nobody held it
whychip-time_unsure = Time uncertain
whychip-moved = Moved since
whychip-several_holders = Several holders
whychip-too_old = Too old
whychip-by_setting = By setting
whychip-observed = Observed
whychip-muted = Muted reporter
whychip-too_large = Very large
whychip-no_report = No report

complaints-title = Complaints
complaints-complaints = Complaints
complaints-events = Events reported
complaints-first = First seen
complaints-last = Last seen

reporters-title = Reporters
reporters-text = Everybody who has complained. Trust counts only for complaints that are authenticated as theirs; only those of trusted reporters can suspend, and only if intake.suspend says so.
reporters-none = No complaint has come in yet.
reporters-none_found = No reporter has this in the address.
reporters-find = Address contains
reporters-find-button = Find
reporters-who = Reporter
reporters-complaints = Complaints
reporters-upheld = Upheld
reporters-unfounded = Unfounded
reporters-outcomes = upheld: { $upheld }, unfounded: { $unfounded }
reporters-last = Last complaint
reporters-heard = Complaints
reporters-lane_of = Trust of { $who }
reporters-lane_unset = as authenticated
reporters-muted = muted
reporters-mute = Mute reporter
reporters-mute-text = Their future complaints open no report and join none.
reporters-unmute = Unmute reporter
reporter-name = Name
reporter-organisation = Organisation
reporter-email = E-mail
reporter-reference = Their reference
