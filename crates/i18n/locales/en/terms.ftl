# Words for states, kinds and settings.

status-queued = in the queue
status-open = open
status-closed = closed

turn-customer = Waiting for customer
turn-staff = Waiting for us

suspension-none = not suspended by this report
suspension-pending = being suspended
suspension-suspended = suspended
suspension-suspended_by_other = suspended outside Portreeve
suspension-lifting = being unsuspended
suspension-lifted = lifted
suspension-awaiting_approval = awaiting approval
suspension-manual = to be done manually
suspension-drifted = unsuspended outside Portreeve
suspension-unknown = state unknown
suspension-failed = failed

severity-low = low
severity-normal = normal
severity-high = high

outcome-resolved = resolved
outcome-unfounded = unfounded
outcome-duplicate = duplicate
outcome-no_response = no response
outcome-other = other

method-nosuspend = No suspension
method-timelimit = Suspend at the deadline
method-immediate = Suspend immediately

notice-opened = Report opened
notice-queued = In the queue
notice-reminder = Reminder
notice-suspended = Suspended
notice-unsuspended = Unsuspended
notice-answered = Answer
notice-extended = Extended
notice-deadline_changed = Deadline changed
notice-deadline_lifted = Deadline cancelled
notice-deadline_restored = Deadline restored
notice-closed = Closed
notice-reopened = Reopened
notice-complaints = Further complaints
notice-needs_staff = Needs staff
notice-link = New link
notice-digest = Digest of many
notice-frame = Frame of all notices
notice-parts = Parts of all notices
notice-about = About kinds of abuse

actor-desk = desk
actor-customer = customer

audience-customer = the customer
audience-staff = staff

service-product = Product
service-domain = Domain
service-username = User
service-server = Server
service-dedicated_ip = Main address
service-mail = Mail
service-no_mail = no mail address: this customer cannot be told
service-protected = protected
service-ended = no longer in the directory
service-active = active
service-suspended = suspended
service-pending = pending
service-terminated = terminated
service-cancelled = cancelled
service-fraud = fraud

payment-wished = invoice is asked for
payment-asking = invoice is being made
payment-open = waits to be paid
payment-paid = paid
payment-refused = no invoice
payment-ended = ended
payment-reversed = went back

told-title = E-mail notifications
told-notices = Notices
told-opened = New report
told-queued = New report in the queue
told-answered = Customer replied
told-needs_staff = Needs a decision
told-only_mine = only reports assigned to me
told-summary = Daily summary
told-address = Different e-mail address
told-usual = Reset to default
told-usual-all = Default: all notifications.
told-usual-nothing = Default: no notifications, because the abuse desk has shared addresses for them.
told-no_right = Only staff who may reply to reports get notifications.

right-see_reports = see reports, services and the ledger
right-open = open reports
right-answer = answer, note, extend, assign
right-close = close and reopen reports, merge
right-suspend = suspend and release by hand
right-approve = decide on held suspensions, pause and resume
right-setup = set up the desk: settings, staff, roles, credentials
right-see_reporter = see who reported
right-complain = hand complaints over by the REST interface
right-export = export lists of reports
right-fraudrecord = ask FraudRecord about customers and report them to it

setting-time_limit-period = How long a customer has before a time-limited suspension
setting-time_limit-reminder = Remind the customer when half of it has passed
setting-time_limit-on_reply = What a customer's reply does to the deadline: pause it, cancel it, or nothing (ignore)
setting-time_limit-require_notice = Require approval for the suspension unless a mail server has accepted the notice
setting-client-lockdown = What customers with open reports may still do in the panel: everything (no), nothing until they replied (standard), nothing until all is closed (strict)
setting-suspension-reason = Words after [abuse #92] in the suspension reason sent to the panel; {"{"}category{"}"} stands for the category
setting-pay-amount = Pay to unsuspend: the amount
setting-pay-currency = Pay to unsuspend: the primary currency, such as EUR
setting-intake-mode = Place complaints (work), or only show what would be done (observe)
setting-intake-auto_assign = Place complaints by the ledger; else all wait in the inbox
setting-intake-categories = Categories for what complaints are about, as a JSON map
setting-intake-suspend = Complaints of trusted reporters may suspend, as their category's plan says (trusted), or none may (never)
setting-intake-own_networks = Networks of ours besides those in the directories, as a JSON list
setting-intake-max_age = Incidents older than this wait for staff
setting-intake-acknowledge = Receipts to reporters by mail: never, to authenticated senders (known), or to all
setting-intake-notice_every = Tell customers about further complaints at most once in this time
setting-intake-duplicates = A complaint about the same joins the open report (merge) or opens its own (separate)
setting-categories = Categories that are offered, as a JSON list
setting-limits-suspensions_per_hour = Automatic suspensions per hour; more need approval, 0 = all need approval
setting-clock-long_stop = Deadlines that passed while Portreeve was down for longer than this need approval
setting-staff-require_second_factor = Everybody who signs in needs a second factor
setting-staff-session_idle = Sign staff out after this time without activity
setting-amp-http_status = HTTP statuses of the drop-in API: always 200, or semantic
setting-amp-missing_parameters_code = Code for missing parameters: AMP003 as the original's table, or AMP009 as its example
setting-amp-suspend_method_aliases = Further words for suspend_method, as a JSON map
setting-amp-failed_auth_per_minute = Failed authentications per address and minute; 0 = no limit
setting-amp-calls_per_minute = Calls per credential and minute; 0 = no limit
setting-client-unsuspend_limit = How often a customer may unsuspend their service within one report
setting-client-more_time = Extension granted automatically when a customer first asks
setting-client-language = Default language of customers
setting-client-time_zone = Customers' time zone
setting-client-link_life = Link validity
setting-pay-limit = How often a customer may pay within one report
setting-client-notices_per_hour = Notices per mailbox and hour; more are combined into one digest (0: no limit)
setting-staff-notices-address = Shared addresses for staff notifications (a list); staff members then only get what they choose
setting-staff-summary_at = When the daily summary is sent, such as 08:00 or 08:00 Europe/Berlin (empty: never)
setting-attachments-max_size = Largest attachment, such as 10MiB
setting-attachments-per_message = Attachments per message or note; 0 = none
setting-intake-mail_room = How much mail without a report's code may be unread or wait for staff, such as 2GiB; more stays with the mail server. 0: no limit
setting-intake-report_room = How much mail with the code of one report is taken within an hour, such as 50MiB; more stays with the mail server for later. 0: no limit
setting-attachments-per_report = Total size of all attachments of a report, such as 100MiB
setting-attachments-types = Accepted file types, as a JSON list of extensions

mailstate-unread = not read yet
mailstate-answer = answer of the customer
mailstate-duplicate = came before, by another way
mailstate-bounce = about a mail that came back or is late
mailstate-automatic = automatic answer
mailstate-receipt = read receipt
mailstate-own = sent by the desk itself
mailstate-waiting = waits
mailstate-attached = attached by staff
mailstate-placed = placed
mailstate-no_report = no report of abuse
mailstate-dismissed = dismissed
