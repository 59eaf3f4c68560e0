# The home page of staff.

home-title = Needs attention
home-staff = waiting for us
home-queue = reports without a service
home-approval = awaiting approval
home-trouble = suspension problems
home-deadlines = deadlines in 24 h
home-dead = failed jobs
home-soon = Next suspensions
home-soon-all = All by deadline
home-soon-none = No deadlines
home-answer = Longest waiting
home-answer-all = All waiting for us
home-answer-none = Nobody is waiting for a reply.
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
home-time_to_answer = Time to first reply
home-time_to_close = Time to close
home-state = System status
home-mail = Outgoing mail
home-panels = Panels
home-panel = Panel { $name }
home-directory = Directory { $name }
home-set_up = configured
home-not_set_up = not configured
home-by_hand = suspensions by hand
home-read = read
home-unreadable = cannot be read
home-never_read = not read yet
home-dead_job = Failed: { $kind } { $key }
home-mails = waiting in the inbox
home-attention = reports need attention
