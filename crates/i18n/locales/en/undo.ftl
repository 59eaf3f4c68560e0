# Pause and undo.

brakes-pause = Pause
brakes-pause-text = Stops all automatic orders on every node at once: suspensions by deadlines and scripts, and what customers lift. What staff press still goes out.
brakes-pause-button = Pause the desk
brakes-resume = Go on
brakes-would_fire = These suspensions would go ahead, where no other guard speaks against them:
brakes-nothing_waits = No suspension waits for this.
brakes-on_their_way = Orders for these services were on their way:
brakes-resume-button = Resume the desk

undo-title = Take back
undo-text = What a script or a member of staff did since a time: reports that were opened are closed, suspensions released, closed reports opened again. You see it first.
undo-who = Done by
undo-since = Since
undo-preview = Show what would be done
undo-would = What { $actor } did since { $since }.
undo-to_do =
    { $n ->
        [one] { $n } report would be changed.
       *[other] { $n } reports would be changed.
    }
undo-done = What was done
undo-step = What would be done
undo-step-close = close it as unfounded, release the hold
undo-step-release = release the hold
undo-step-refuse = refuse the suspension
undo-step-reopen = open it again
undo-step-nothing = nothing: cannot be taken back
undo-button =
    { $n ->
        [one] Take it back in { $n } report
       *[other] Take it back in { $n } reports
    }
undo-bad_time = Name a date and a time.
undo-step-restore_deadline = restore the deadline with the time that was left
