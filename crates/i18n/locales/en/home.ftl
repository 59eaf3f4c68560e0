# The home page of staff.

home-title = What needs you now
home-staff = wait for an answer
home-queue = in the queue
home-approval = await approval
home-trouble = suspensions need a look
home-deadlines = deadlines in 24 h
home-dead = jobs given up
home-soon = Suspends next
home-soon-all = All by deadline
home-soon-none = No deadline runs.
home-answer = Longest without an answer
home-answer-all = All that wait for staff
home-answer-none = Nobody waits for an answer.
home-opened = Reports of the last 30 days
home-others = Others
home-no_figures = No figures yet: days are counted when they are over (UTC).
home-table = As a table
home-day = Day
home-mean = Average
home-of_reports =
    { $n ->
        [one] of { $n } report
       *[other] of { $n } reports
    }
home-time_to_answer = Time to the first answer
home-time_to_close = Time to the end
home-state = State of the machinery
home-mail = Outgoing mail
home-panels = Panels
home-panel = Panel { $name }
home-directory = Directory { $name }
home-set_up = set up
home-not_set_up = not set up
home-by_hand = suspensions by hand
home-read = read
home-unreadable = cannot be read
home-never_read = not read yet
home-dead_job = Given up: { $kind } { $key }
home-mails = mails that wait
home-attention = need attention
