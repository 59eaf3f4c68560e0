# Mails to staff.

staffmail-opened = New report
staffmail-queued = New report in the queue
staffmail-answered = Customer replied
staffmail-needs_staff = Needs attention
staffmail-changed = Report updated
staffmail-report = Report
staffmail-service = Service
staffmail-address = IP address
staffmail-category = Category
staffmail-suspension = Suspension
staffmail-claimed = { $service } (not confirmed)
staffmail-unknown = unknown
staffmail-open = Open the report: { $link }

# Incoming mail is not read in time.

staffmail-behind = Incoming mail is delayed
staffmail-behind-what = Incoming mail is not being processed in time: { $count } unread, the oldest received { $since }.
staffmail-behind-deadlines = Nothing is lost. Deadlines that have passed since then are postponed until this mail has been processed, because a customer may have replied. Immediate suspensions are not affected.
staffmail-behind-do = Check the log and the load of the server. You will only be notified again if this happens again.

# The summary of a day.

summary-calm = Daily summary: nothing waiting
summary-calm-text = Nothing is waiting.
summary-title = Daily summary: { $count } waiting
summary-text = What is waiting, and what happened:
summary-staff = Waiting for us
summary-queue = In the queue, no service assigned
summary-approval = Suspensions awaiting approval
summary-trouble = Suspension problems
summary-mails = Unmatched mail
summary-given_up = Failed jobs
summary-deadlines = Deadlines in the next 24 hours
summary-opened = Opened in the last 24 hours
summary-closed = Closed in the last 24 hours
summary-suspended = Suspended in the last 24 hours
