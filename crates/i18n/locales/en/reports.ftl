# Lists of reports, the queue, approvals, bulk actions and new reports.

reports-new = New report
reports-export = Export
reports-none = There are no reports yet.
reports-none_fit = No report fits these filters.
reports-no_more = There are no more reports.
reports-choose = Choose
reports-choose_all = Choose all on this page
reports-choose_one = Choose report #{ $id }

views-title = Views
views-all = All
views-staff = Waiting for staff
views-mine = Mine
views-deadline = By deadline
views-suspended = Suspended
views-trouble = Need a look
views-name = Keep this view as
views-shared = for everybody
views-save = Keep
views-forget = Forget “{ $name }”
views-attention = Needs attention

filter-title = Filter, order, columns
filter-any = any
filter-button = Show
filter-clear = Clear all
filter-drop = Take this filter away
filter-wrong = Put the filter right to see reports.
filter-columns = Columns
filter-text = Words
filter-status = Status
filter-status-queued = in the queue
filter-status-open = open
filter-status-closed = closed
filter-turn = Whose turn
filter-turn-customer = customer
filter-turn-staff = staff
filter-suspension = Suspension
filter-suspension-none = never
filter-suspension-waiting = awaits approval
filter-suspension-placed = suspended or ordered
filter-suspension-released = lifted
filter-suspension-trouble = needs a look
filter-category = Category
filter-service = Service
filter-customer = Customer
filter-address = Address or prefix
filter-assignee = Taken care of by
filter-deadline = Deadline within
filter-order = Order
filter-order-newest = newest first
filter-order-oldest = oldest first
filter-order-deadline = next deadline first
filter-bad-status = There is no such status.
filter-bad-turn = It is the customer's or the staff's turn.
filter-bad-suspension = There is no such state.
filter-bad-service = Must be a service's number, such as 17 or main:17.
filter-bad-address = Must be an address or a prefix such as 192.0.2.0/24.
filter-bad-deadline = Must be a length of time such as 24h or 3d.
filter-attention = Needs attention
filter-attention-any = yes
filter-bad-attention = This is no such filter.

column-id = Report
column-category = Category
column-status = Status
column-turn = Turn
column-service = Service
column-customer = Customer
column-address = Address
column-suspension = Suspension
column-deadline = Deadline
column-assignee = Taken care of by
column-opened = Opened

bulk-title = Do with the chosen ones
bulk-act = Action
bulk-value = New value
bulk-preview = Preview
bulk-nothing = No report was chosen, or none of them is there any more.
bulk-act-close = Close reports
bulk-act-reopen = Reopen reports
bulk-act-hand_over = Say who takes care of them
bulk-act-category = Change the category
bulk-act-release = Release suspensions
bulk-act-approve = Approve suspensions
bulk-act-refuse = Refuse suspensions
bulk-sure-close = These reports are closed. Their suspensions are lifted, and customers are told.
bulk-sure-reopen = These reports are opened again. No service is suspended by that, and no clock starts. Customers are told.
bulk-sure-hand_over = These reports get a new person who takes care of them.
bulk-sure-category = These reports get another category.
bulk-sure-release = The services of these reports are given back, unless something else holds them.
bulk-sure-approve = The services of these reports are suspended now.
bulk-sure-refuse = These suspensions are dropped. The reports stay open.
bulk-prove = Your password, because this reaches customers
bulk-prove-perhaps = Your password, if you entered it more than 10 minutes ago
bulk-do =
    { $n ->
        [one] Yes, do it with { $n } report
       *[other] Yes, do it with { $n } reports
    }
bulk-protected = Suspend it all the same
bulk-protected-text =
    { $n ->
        [one] { $n } of these services is protected. It is left alone unless you tick it above.
       *[other] { $n } of these services are protected. They are left alone unless you tick them above.
    }
bulk-protected-left = the service is protected and was not ticked; it was left alone

queue-text = Reports whose service nobody has confirmed yet. Clocks and suspensions start when the service is named.
queue-candidates = It may be about
queue-no_candidates = No service of the directory fits.
queue-assign = Assign
queue-assign_to = Assign to { $key }
queue-other = Another service
queue-reject = Reject as
queue-reject-button = Reject
queue-empty = The queue is empty.

approvals-text = Suspensions that would have come by themselves and that a guard held back. At most { $limit } an hour go ahead without a person.
approvals-why = Held back because
approvals-since = Since
approvals-approve = Approve the chosen ones
approvals-refuse = Refuse the chosen ones
approvals-empty = No suspension waits for approval.
approvals-trouble = Suspensions that need a look
approvals-attention = Reports that need attention
approvals-all = Show all

new-find = Service
new-find-button = Find
new-find-hint = By number, domain, address (who has it now), mail address of the customer, or their number.
new-nothing = No service was found.
new-open_already = This service has open reports already:
new-open_already-text = Is it about the same? Then write a note there instead.
new-other_category = Other category, if none fits
new-method = Suspension
new-allow_unsuspend = the customer may lift the suspension
new-additional_info = What happened (the customer sees this)
new-admin_notes = For staff only
new-button = Open the report
new-no_service = Choose a service of the directory.
new-bad_address = The address must be an IPv4 or IPv6 address.
new-bad_category = A category has 1 to 255 characters.
new-too_long = A text has at most 65,536 characters.
new-no_method = Choose whether to suspend.
new-twice = This form was used for another report already. Find the service once more.
new-unavailable = The report could not be stored. Try again in a moment.
new-pay_to_unsuspend = the customer may pay { $price } to have the service back
