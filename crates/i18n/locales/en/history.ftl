# Lines of a report's history. Placeholders named $said have what a panel, a mail server or a provider said, as it came.

# Names of kinds of events.
event-opened = Opened
event-imported = Imported
event-suspension_adopted = Suspension adopted
event-queued = In the queue
event-assigned = Service set
event-hint = Hint
event-nothing_to_suspend = Nothing to suspend
event-deadline_set = Deadline set
event-reminded = Reminded
event-deadline_reached = Deadline passed
event-deadline_cancelled = Deadline cancelled
event-deadline_changed = Deadline changed
event-deadline_lifted = Deadline cancelled
event-deadline_restored = Deadline restored
event-clock_paused = Deadline paused
event-clock_resumed = Deadline resumed
event-extended = Extended
event-hold_placed = Suspension ordered
event-awaiting_approval = Awaiting approval
event-approved = Approved
event-refused = Refused
event-hold_released = Hold released
event-ordered_again = Ordered again
event-answered = Answered
event-noted = Note added
event-closed = Closed
event-reopened = Reopened
event-complained = Complaint
event-more_complaints = Further complaints
event-handed_over = Assignee changed
event-category_changed = Category changed
event-merged = Merged
event-absorbed = Other report merged
event-unmerged = Merge undone
event-suspended = Suspended
event-unsuspended = Unsuspended
event-suspended_by_other = Suspended outside Portreeve
event-left_suspended = Left suspended
event-drifted = Unsuspended outside Portreeve
event-order_refused = Refused by the panel
event-order_failed = Not carried out
event-panel_unknown = State unknown
event-manual_called_off = No longer needed by hand
event-manual = By hand
event-notice_sent = Notice sent
event-notice_failed = Notice failed
event-marked_fixed = Marked as fixed
event-contested = Disputed
event-more_time_asked = More time requested
event-taken_back = Unsuspended by customer
event-links_revoked = Links revoked
event-link_asked = Link requested
event-payment_offered = Payment offered
event-payment_asked = Wants to pay
event-payment_open = Invoice open
event-payment_refused = No invoice
event-paid = Paid
event-paid_in_vain = Payment without effect
event-paid_oddly = Payment needs review
event-payment_ended = Invoice withdrawn
event-payment_reversed = Payment reversed
event-fraudrecord_asked = FraudRecord asked
event-fraudrecord_report_begun = Report to FraudRecord
event-fraudrecord_reported = Reported to FraudRecord
event-fraudrecord_not_reported = Not reported to FraudRecord
event-fraudrecord_report_lost = No answer from FraudRecord
event-attached = File attached
event-note_attached = File attached to a note
event-attachment_refused = File not accepted
event-attachment_infected = File infected
event-attachment_unscanned = File not scanned
event-attachment_removed = File removed
event-notice_bounced = Notice bounced
event-answered_by_mail = Answered by e-mail
event-automatic_answer = Automatic reply
event-read_receipt = Read receipt
event-mail_waits = Mail awaits review
event-mail_attached = Mail attached

history-opened = Report opened
history-opened-immediate = Report opened, suspension at once
history-opened-timelimit = Report opened, suspension at the deadline
history-queued = Waiting in the queue: { $why }
history-assigned = Service set to { $service }
history-handed_over = Assignee: { $to }
history-handed_over-nobody = Unassigned
history-category_changed = Category changed from “{ $from }” to “{ $to }”
history-merged = Merged into report { $report }
history-absorbed = Report { $report } merged into this one
history-unmerged = Merge with report { $report } undone
history-closed = Report closed: { $outcome }
history-closed-kept = Report closed: { $outcome }. The service stays suspended.
history-imported = Imported from { $source }, where it was report { $reference }
history-imported-suspended = Imported from { $source }, where it was report { $reference }; its service was suspended then
history-suspension_adopted = Existing suspension adopted; it ends with this report's hold
history-reopened = Report reopened
history-complained = Complaint { $mail } taken into this report by staff
history-complained-automatically = Complaint { $mail }: { $rule }
history-more_complaints = { $count ->
    [one] One further complaint about the same
   *[other] { $count } further complaints about the same
}

history-deadline_set = Deadline: { $at }
history-reminded = Customer reminded of the deadline, { $at }
history-deadline_reached = Deadline passed
history-deadline_cancelled = The customer's reply cancelled the deadline
history-deadline_changed = Staff set the deadline to { $at }
history-deadline_lifted = Staff cancelled the deadline, { $left } left
history-deadline_restored = Staff restored the deadline, { $left } left
history-clock_paused = Paused, { $left } left
history-clock_resumed = Deadline resumed: { $at }
history-extended = Deadline extended by { $by }
history-more_time_asked = Customer asked for { $by } more

history-hold_placed = Suspension ordered: { $rule }
history-hold_placed-staff = Suspension ordered by staff
history-awaiting_approval = Suspension awaits approval: { $why }
history-approved = Suspension approved
history-refused = Suspension refused
history-hold_released = Hold released: { $rule }
history-hold_released-staff = Hold released by staff
history-ordered_again = Suspension order sent again
history-taken_back = Customer unsuspended the service

history-suspended = Service suspended
history-suspended-said = Service suspended; the panel shows “{ $said }”
history-suspended-by_hand = Service suspended by hand, confirmed by staff
history-unsuspended = Service unsuspended
history-unsuspended-ran_already = Service was already running
history-unsuspended-by_hand = Service unsuspended by hand, confirmed by staff
history-nothing_to_suspend = Nothing to suspend: the service is { $status }
history-suspended_by_other = Service already suspended outside Portreeve
history-suspended_by_other-said = Service already suspended outside Portreeve: “{ $said }”
history-left_suspended = Hold gone, service left suspended for another reason
history-left_suspended-said = Hold gone, service left suspended for another reason: “{ $said }”
history-drifted = Service unsuspended outside Portreeve while this report still holds it: suspend it again, or release the hold
history-order_refused = The panel refused the order
history-order_refused-said = The panel refused the order: { $said }
history-order_failed = The panel did not carry out the order within { $after }
history-order_failed-said = The panel did not carry out the order within { $after }: { $said }
history-panel_unknown = Service state unknown: { $why }
history-manual-suspend = No panel is connected: suspend the service by hand, then confirm
history-manual-unsuspend = No panel is connected: unsuspend the service by hand, then confirm
history-manual_called_off = The service no longer has to be suspended by hand. If you have suspended it, unsuspend it.

history-answered-customer = Customer answered
history-answered-customer-mail = Customer answered by e-mail
history-answered-customer-api = Customer answered, recorded by API
history-answered-customer-cli = Customer answered, recorded by command line
history-answered-staff = Staff answered
history-answered-staff-mail = Staff answered by e-mail
history-answered-staff-api = Staff answered by API
history-answered-staff-cli = Staff answered by command line
history-marked_fixed = Customer says it is fixed
history-contested = Customer disputes the report: where possible, someone who was not involved in the decision should review it
history-noted = Note added
history-link_asked = Customer asked for a new link
history-links_revoked = { $n ->
    [one] { $n } link in notices revoked
   *[other] { $n } links in notices revoked
 }

history-payment_offered = Customer may pay to unsuspend
history-payment_offered-no = Customer may no longer pay to unsuspend
history-payment_asked = Customer wants to pay { $amount } to unsuspend
history-payment_open = Invoice { $reference } for { $amount } awaits payment
history-payment_refused = No invoice could be made
history-payment_refused-said = No invoice could be made: { $said }
history-payment_refused-again = Again no invoice could be made
history-payment_refused-again-said = Again no invoice could be made: { $said }
history-paid = Customer paid { $amount }
history-paid_in_vain = Payment without effect, decide on a refund: { $why }
history-paid_oddly = Payment needs review in the billing system: { $why }
history-payment_ended = Invoice { $reference } is no longer payable
history-payment_reversed = Payment of { $amount } (invoice { $reference }) was reversed: decide whether to suspend again

history-notice_sent = Notice “{ $notice }” to { $audience } accepted by the mail server
history-notice_failed = Notice “{ $notice }” to { $audience } not delivered: { $why }
history-notice_bounced = Notice “{ $notice }” to { $audience } bounced from { $address }
history-notice_bounced-said = Notice “{ $notice }” to { $audience } bounced from { $address }: “{ $said }”
history-answered_by_mail = The answer is mail { $mail }
history-answered_by_mail-files = { $n ->
    [one] The answer is mail { $mail }, with { $n } file
   *[other] The answer is mail { $mail }, with { $n } files
 }
history-automatic_answer = Automatic reply to a notice (mail { $mail }), nothing done
history-read_receipt = Read receipt (mail { $mail }): { $receipt }
history-mail_waits = Mail { $mail } about this report awaits review: { $why }
history-mail_attached = Mail { $mail } attached to this report

history-attached = File “{ $name }” attached ({ $size })
history-note_attached = File attached to a note
history-attachment_refused = File “{ $name }” of a mail not accepted: { $why }
history-attachment_infected = File infected, blocked
history-attachment_infected-said = File infected, blocked: “{ $said }”
history-attachment_infected-known = File infected, blocked: the same file was scanned before
history-attachment_unscanned = File not scanned, blocked: { $why }
history-attachment_removed = File “{ $name }” removed
history-attachment_removed-note = File of a note removed

history-fraudrecord_asked-records = FraudRecord has records about the customer (asked by { $fields })
history-fraudrecord_asked-no_records = FraudRecord has no records about the customer (asked by { $fields })
history-fraudrecord_asked-no_answer = FraudRecord gave no answer about the customer: { $why }
history-fraudrecord_report_begun = Report to FraudRecord begun: severity { $severity }, with { $fields }
history-fraudrecord_reported = FraudRecord accepted the report: { $code }
history-fraudrecord_not_reported = Not reported to FraudRecord: { $why }
history-fraudrecord_report_lost = No answer from FraudRecord, which may have the report: { $why }

register-field-name = name
register-field-email = e-mail address
register-field-account = account
register-field-domain = domain

receipt-shown = the notice was displayed to the recipient
receipt-deleted = the notice was deleted by the recipient or their mail program
receipt-other = the notice reached the recipient's mail program

hint-address_not_held = Service { $service } does not hold the address { $address }
hint-unsuspend_vetoed = The panel was about to unsuspend the service (a payment, or a click); its addon stopped that because this report holds it
hint-module_failed = The panel's module did not carry out an order: “{ $said }”
hint-notice_delayed = Notice “{ $notice }” to { $address } is delayed: “{ $said }”
hint-notice_relayed = Notice “{ $notice }” to { $address } was relayed: “{ $said }”
hint-notice_to_desk = Notice “{ $notice }” to { $audience } came to an address of the abuse desk itself
