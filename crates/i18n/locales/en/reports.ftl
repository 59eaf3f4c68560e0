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
views-staff = Waiting for us
views-mine = Mine
views-deadline = By deadline
views-suspended = Suspended
views-trouble = Suspension problems
views-name = Save this view as
views-shared = for everybody
views-save = Save
views-forget = Delete “{ $name }”
views-attention = Needs attention

filter-title = Filter, order, columns
filter-any = any
filter-button = Apply
filter-clear = Clear filters
filter-drop = Remove filter
filter-wrong = Fix the filter to see reports.
filter-columns = Columns
filter-text = Words
filter-status = Status
filter-status-queued = in the queue
filter-status-open = open
filter-status-closed = closed
filter-turn = Waiting for
filter-turn-customer = customer
filter-turn-staff = us
filter-suspension = Suspension
filter-suspension-none = never
filter-suspension-waiting = awaiting approval
filter-suspension-placed = suspended or being suspended
filter-suspension-released = released
filter-suspension-trouble = problem
filter-category = Category
filter-service = Service
filter-customer = Customer
filter-address = Address or prefix
filter-assignee = Assignee
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
column-turn = Waiting for
column-service = Service
column-customer = Customer
column-address = Address
column-suspension = Suspension
column-deadline = Deadline
column-assignee = Assignee
column-opened = Opened

bulk-title = With selected
bulk-act = Action
bulk-value = New value
bulk-preview = Preview
bulk-nothing = No report was selected, or none of them exists any more.
bulk-act-close = Close reports
bulk-act-reopen = Reopen reports
bulk-act-hand_over = Change assignee
bulk-act-category = Change category
bulk-act-release = Release holds
bulk-act-approve = Approve suspensions
bulk-act-refuse = Refuse suspensions
bulk-sure-close = These reports are closed. Their holds are released, and customers are notified.
bulk-sure-reopen = These reports are reopened. This suspends no service and starts no deadline. Customers are notified.
bulk-sure-hand_over = These reports get a new assignee.
bulk-sure-category = These reports get a different category.
bulk-sure-release = The services of these reports are unsuspended, unless something else holds them.
bulk-sure-approve = The services of these reports are suspended now.
bulk-sure-refuse = These suspensions are not carried out. The reports stay open.
bulk-prove = Your password, because this reaches customers
bulk-prove-perhaps = Your password, if you entered it more than 10 minutes ago
bulk-do-close =
    { $n ->
        [one] Close { $n } report
       *[other] Close { $n } reports
    }
bulk-do-reopen =
    { $n ->
        [one] Reopen { $n } report
       *[other] Reopen { $n } reports
    }
bulk-do-hand_over =
    { $n ->
        [one] Change assignee of { $n } report
       *[other] Change assignee of { $n } reports
    }
bulk-do-category =
    { $n ->
        [one] Change category of { $n } report
       *[other] Change category of { $n } reports
    }
bulk-do-release =
    { $n ->
        [one] Release holds of { $n } report
       *[other] Release holds of { $n } reports
    }
bulk-do-approve =
    { $n ->
        [one] Approve suspensions of { $n } report
       *[other] Approve suspensions of { $n } reports
    }
bulk-do-refuse =
    { $n ->
        [one] Refuse suspensions of { $n } report
       *[other] Refuse suspensions of { $n } reports
    }
bulk-protected = Suspend anyway
bulk-protected-text =
    { $n ->
        [one] { $n } of these services is protected. It is left alone unless you tick it above.
       *[other] { $n } of these services are protected. They are left alone unless you tick them above.
    }
bulk-protected-left = the service is protected and was not ticked; it was not suspended

queue-text = Reports whose service has not been confirmed. Deadlines and suspensions start once a service is assigned.
queue-candidates = Possible services
queue-no_candidates = No matching service in the directory.
queue-assign = Assign
queue-assign_to = Assign to { $key }
queue-other = Other service
queue-reject = Reject as
queue-reject-button = Reject
queue-empty = The queue is empty.

approvals-text = Automatic suspensions held for approval. At most { $limit } an hour are carried out without approval.
approvals-why = Reason
approvals-since = Since
approvals-approve = Approve selected
approvals-refuse = Refuse selected
approvals-empty = No suspension is awaiting approval.
approvals-trouble = Suspension problems
approvals-attention = Reports that need attention
approvals-all = Show all

new-find = Service
new-find-button = Find
new-find-hint = By number, domain, IP address (current holder), e-mail address or number of the customer.
new-nothing = No service was found.
new-open_already = This service has open reports already:
new-open_already-text = Is it about the same? Then write a note there instead.
new-other_category = Other category, if none fits
new-method = Suspension
new-allow_unsuspend = the customer may unsuspend the service
new-additional_info = What happened (the customer sees this)
new-admin_notes = For staff only
new-button = Open report
new-no_service = Choose a service of the directory.
new-bad_address = The address must be an IPv4 or IPv6 address.
new-bad_category = A category has 1 to 255 characters.
new-too_long = A text has at most 65,536 characters.
new-no_method = Choose whether to suspend.
new-twice = This form was used for another report already. Find the service once more.
new-unavailable = The report could not be stored. Try again in a moment.
new-pay_to_unsuspend = the customer may pay { $price } to unsuspend the service
