# The frame of all staff pages, and what several of them say.

frame-skip = Skip to the content
frame-nav = Main navigation

nav-home = Home
nav-reports = Reports
nav-reports-waiting = wait for staff
nav-queue = Queue
nav-approvals = Approvals
nav-brakes = Brakes
nav-setup = Setup
nav-find = Search reports
nav-find-hint = Search, or #number
nav-sign_out = Sign out
nav-mail = Mail

banner-paused = The desk is paused.
banner-paused-text = No automatic order is sent. Paused by { $by },
banner-clock = The clock of the machine is not trusted.
banner-look = Look at it
save = Save
cancel = Cancel
change = Change
delete = Delete
back = Back
copy = Copy
copied = Copied

act = Action

pages-first = First page
pages-next = Next page
pages-earlier-messages = Earlier messages
pages-latest-messages = Latest messages
pages-earlier-notes = Earlier notes
pages-latest-notes = Latest notes
pages-earlier-events = Earlier history
pages-latest-events = Latest history

refused-back = To the first page of the staff area
refused-right = You may not do this
refused-right-text = This needs the right “{ $right }”. Ask somebody who may set up the desk.
refused-form = The form was not accepted
refused-form-text = It was not sent from a page of your present session. Nothing was changed. Open the page again and repeat it there.
refused-unreadable = The form cannot be read
refused-unreadable-text = Something in it is missing, or it is too large. Nothing was changed. Go back and try once more.
refused-missing = There is no such thing
refused-missing-text = There is no page or entry at this address.
refused-bad = Nothing was changed
refused-bad-text = Not done: { $reason }.
refused-database = Temporarily unavailable
refused-database-text = The database does not answer. Nothing was changed. Try again in a moment.
refused-internal = This page could not be made
refused-internal-text = The log of the desk says why. Nothing was changed.
refused-no_room = Very busy
refused-no_room-text = Too many forms are being sent at the moment. Nothing was changed. Go back and send the form again in a few seconds.
refused-not_now = Not at the moment
refused-not_now-text = Many documents are being made. Please try again in a few seconds.

confirm-title = Enter your password
confirm-text = This changes who can do what, or what customers are sent, so we ask for your password again. Nothing has been changed yet, and what you entered is kept.
confirm-password = Your password
confirm-button = Confirm

conflict-title = Somebody else was faster
conflict-text = This report was changed since you opened it. What you wanted was not done; nothing that you wrote is lost.
conflict-news = What happened since
conflict-yours = What you wrote
conflict-anyway = Do it anyway
conflict-look = Look at the report
conflict-files = Files that you had chosen are not kept: to send them, look at the report again and write from there.

done-title = Done
done-done =
    { $n ->
        [one] { $n } report was changed.
       *[other] { $n } reports were changed.
    }
done-left =
    { $n ->
        [one] { $n } was left as it is:
       *[other] { $n } were left as they are:
    }
done-undo-reopen = Undo: reopen them
done-undo-hand_over = Undo: as it was before
done-undo-category = Undo: as it was before

written-title-signed_out = You are signed out
written-title-another = You have signed in again since
written-text-signed_out = Nothing was done. What you typed is below; nothing of it is lost.
written-text-another = This page was opened in a session that has ended. Nothing was done. What you typed is below; nothing of it is lost.
written-sign_in = Sign in in a new tab
written-come_back = Come back to this page and continue.
written-files = Files that you had chosen are not kept: choose them again.
written-continue = Continue with what I typed
written-again = Check and send again
written-again-text = You filled this in before you were signed out. Nothing has been done yet.
written-send = Send it now

message-cut = This message is longer.
message-whole = Show the whole message

file-choose = Files (you may leave this empty)
file-limits = At most { $most } files with { $size } each. Types:
file-again = Your text is kept. Please choose the files again, without this one.
file-refused-off = Files are not taken here.
file-refused-too_many = The file “{ $name }” was one too many: at most { $limit } can come with a message.
file-refused-too_large = The file “{ $name }” is too large: at most { $limit }.
file-refused-report_full = The file “{ $name }” has no room any more: all files of a report may have { $limit } together.
file-refused-type = The file “{ $name }” is of a type that is not taken.
file-refused-contradicts = The file “{ $name }” is something else than its name says.
file-refused-empty = The file “{ $name }” is empty.
file-refused-broken = The file “{ $name }” did not arrive whole, or took too long.
file-refused-busy = The file “{ $name }” could not be taken because too many arrive at the moment. Please try again in a minute.
file-refused-no_room = The file “{ $name }” cannot be stored at the moment. Please try again later.
file-state-not_scanned = not scanned
file-state-waiting = being scanned
file-state-clean = clean
file-state-infected = infected, nobody can have it
file-state-failed = could not be scanned, nobody can have it
file-state-removed = removed
file-remove = Remove
file-remove-sure = Nobody can have the file any more, and its bytes are forgotten. That it was there, and who removed it, stays on record.
file-remove-yes = Remove the file

deadline-none = No deadline runs.
deadline-paused = stands still, { $left } left

attention-notice_bounced = Notice came back
attention-notice_bounced-do = Correct the address in the panel, or reach the customer another way.
attention-notice_failed = Notice not delivered
attention-notice_failed-do = Correct the address in the panel, or reach the customer another way.
attention-mail_waits = Mail waits to be read
attention-mail_waits-do = Attach it to this report, or dismiss it.
attention-read_mail = Read the mail
attention-blocks_deadline = Until then the deadline suspends nobody without your approval.
