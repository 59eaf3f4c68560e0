# Pause and undo.

brakes-pause = Pause
brakes-pause-text = Stops all automatic changes on all nodes at once: suspensions by deadlines and scripts, and customers unsuspending their service. What staff do by hand is still carried out.
brakes-pause-button = Pause the desk
brakes-resume = Resume
brakes-would_fire = These suspensions would be carried out, unless another guard holds them:
brakes-nothing_waits = No suspensions are waiting.
brakes-on_their_way = Orders for these services were on their way:
brakes-resume-button = Resume the desk

undo-title = Undo
undo-text = Undoes what a script or staff member did since a point in time: reports they opened are closed, holds are released, closed reports are reopened. You get a preview first.
undo-who = Done by
undo-since = Since
undo-preview = Preview
undo-would = What { $actor } did since { $since }.
undo-to_do =
    { $n ->
        [one] { $n } report would be changed.
       *[other] { $n } reports would be changed.
    }
undo-done = What was done
undo-step = What will be done
undo-step-close = close it as unfounded, release the hold
undo-step-release = release the hold
undo-step-refuse = refuse the suspension
undo-step-reopen = reopen it
undo-step-nothing = nothing: cannot be undone
undo-button =
    { $n ->
        [one] Undo in { $n } report
       *[other] Undo in { $n } reports
    }
undo-bad_time = Enter a date and a time.
undo-step-cancel_deadline = cancel the deadline
undo-step-restore_deadline = restore the deadline with the time that was left
