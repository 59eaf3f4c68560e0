# Words for states, kinds and settings.

status-queued = in the queue
status-open = open
status-closed = closed

turn-customer = customer's turn
turn-staff = our turn

suspension-none = not suspended by this report
suspension-pending = being suspended
suspension-suspended = suspended
suspension-suspended_by_other = suspended by others
suspension-lifting = being lifted
suspension-lifted = lifted
suspension-awaiting_approval = awaits approval
suspension-manual = to be done by hand
suspension-drifted = lifted by somebody
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
method-timelimit = Suspend when the customer's time is over
method-immediate = Suspend at once

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

told-title = What is told by mail
told-notices = Notices
told-opened = A report was opened
told-queued = A report waits for its service
told-answered = A customer answered
told-needs_staff = Something waits for a decision
told-only_mine = only about own reports
told-summary = The daily summary
told-address = Where, if not at the usual address
told-usual = As usual again
told-usual-all = Nothing was chosen yet: everything is told.
told-usual-nothing = Nothing was chosen yet: the desk has addresses of its own, and nothing is told here.
told-no_right = Only who may answer reports is told by mail.

right-see_reports = see reports, services and the ledger
right-open = open reports
right-answer = answer, note, extend, assign
right-close = close and reopen reports, merge
right-suspend = suspend and release by hand
right-approve = decide on held suspensions, pause and resume
right-setup = set up the desk: settings, staff, roles, credentials
right-see_reporter = see who reported
right-export = export lists of reports
right-fraudrecord = ask FraudRecord about customers and report them to it

setting-time_limit-period = How long a customer has before a time-limited suspension
setting-time_limit-reminder = Remind the customer when half of it has passed
setting-time_limit-on_reply = What a customer's reply does to the clock: pause it, cancel the deadline, or nothing (ignore)
setting-time_limit-require_notice = Without a notice that a mail server took, the suspension waits for approval
setting-client-lockdown = What customers with open reports may still do in the panel: everything (no), nothing until they replied (standard), nothing until all is closed (strict)
setting-pay-amount = Pay to unsuspend: the amount
setting-pay-currency = Pay to unsuspend: the primary currency, such as EUR
setting-intake-auto_assign = Assign complaints by the ledger; else all wait in the queue
setting-intake-duplicates = A complaint about the same joins the open report (merge) or opens its own (separate)
setting-categories = Categories that are offered, as a JSON list
setting-limits-suspensions_per_hour = Automatic suspensions in an hour; beyond it they wait for approval, 0 = none run by themselves
setting-clock-long_stop = Deadlines that came due while the desk stood still for longer than this wait for approval
setting-staff-require_second_factor = Everybody who signs in needs a second factor
setting-staff-session_idle = How long staff may be away before they have to sign in again
setting-amp-http_status = HTTP statuses of the drop-in API: always 200, or semantic
setting-amp-missing_parameters_code = Code for missing parameters: AMP003 as the original's table, or AMP009 as its example
setting-amp-suspend_method_aliases = Further words for suspend_method, as a JSON map
setting-amp-failed_auth_per_minute = Failed authentications of an address in a minute; 0 = no limit
setting-amp-calls_per_minute = Calls of a credential in a minute; 0 = no limit
setting-client-unsuspend_limit = How often customers may take their service back within one report
setting-client-more_time = More time that customers get at once when they first ask
setting-client-language = Language of customers of whom none is known
setting-client-time_zone = Zone in which customers are told instants
setting-client-link_life = How long links in notices lead somewhere
setting-pay-limit = Times that a customer may pay within one report
setting-client-notices_per_hour = Notices that a mailbox of a customer gets in an hour; what is beyond comes in one digest (0: no limit)
setting-staff-notices-address = Addresses of the desk's own for what staff are told (a list); members are then told only what they choose
setting-staff-summary_at = When staff get the summary of the day, such as 08:00 or 08:00 Europe/Berlin (empty: never)
setting-attachments-max_size = Largest file that is taken with a message or note, such as 10MiB
setting-attachments-per_message = Files of one message or note; 0 = none are taken
setting-intake-mail_room = How much mail without a report's code may be unread or wait for staff, such as 2GiB; more stays with the mail server. 0: no limit
setting-intake-report_room = How much mail with the code of one report is taken within an hour, such as 50MiB; more stays with the mail server for later. 0: no limit
setting-attachments-per_report = All files of one report together, such as 100MiB
setting-attachments-types = Types of files that are taken, as a JSON list of extensions

mailstate-unread = not read yet
mailstate-answer = answer of the customer
mailstate-duplicate = came before, by another way
mailstate-bounce = about a mail that came back or is late
mailstate-automatic = automatic answer
mailstate-receipt = read receipt
mailstate-own = sent by the desk itself
mailstate-waiting = waits
mailstate-attached = attached by staff
mailstate-dismissed = dismissed
