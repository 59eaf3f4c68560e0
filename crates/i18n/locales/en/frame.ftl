# The frame of all staff pages, and what several of them say.

frame-skip = Skip to the content
frame-nav = Main navigation

nav-home = Home
nav-reports = Reports
nav-reports-waiting = waiting for us
nav-approvals = Approvals
nav-brakes = Pause and undo
nav-setup = Setup
nav-find = Search reports
nav-find-hint = Search, or #number
nav-sign_out = Sign out

banner-paused = The desk is paused.
banner-paused-text = Automatic suspensions and unsuspensions are on hold. Paused by { $by },
banner-clock = The server clock has jumped and is not trusted.
banner-look = View
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

refused-back = Back to the home page
refused-right = No permission
refused-right-text = You need the right “{ $right }” for this. Ask someone who can set up the abuse desk.
refused-form = The form was not accepted
refused-form-text = It was not sent from a page of your current session. Nothing was changed. Open the page again and repeat it there.
refused-unreadable = The form cannot be read
refused-unreadable-text = Something in it is missing, or it is too large. Nothing was changed. Go back and try once more.
refused-missing = Page not found
refused-missing-text = There is no page or entry at this address.
refused-bad = Nothing was changed
refused-bad-text = Not done: { $reason }.
refused-database = Temporarily unavailable
refused-database-text = The database does not answer. Nothing was changed. Try again in a moment.
refused-internal = This page cannot be displayed
refused-internal-text = The log of the server has the details. What you sent may have been carried out; check before you repeat it.
refused-no_room = Very busy
refused-no_room-text = Too many forms are being sent at the moment. Nothing was changed. Go back and send the form again in a few seconds.
refused-not_now = Not at the moment
refused-not_now-text = Too many documents are being created at the moment. Please try again in a few seconds.

confirm-title = Enter your password
confirm-text = This changes who can do what, or what customers are sent, so we ask for your password again. Nothing has been changed yet, and what you entered is kept.
confirm-password = Your password
confirm-button = Confirm

conflict-title = This report was changed in the meantime
conflict-text = Someone changed this report after you opened it. Your action was not carried out; nothing you wrote is lost.
conflict-news = Changes since then
conflict-yours = Your text
conflict-anyway = Do it anyway
conflict-look = View the report
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

file-choose = Attachments (optional)
file-limits = Up to { $most } files, { $size } each. Types:
file-again = Your text is kept. Please choose the attachments again, without this one.
file-refused-off = Attachments are not accepted here.
file-refused-too_many = The file “{ $name }” was one too many: a message can have at most { $limit }.
file-refused-too_large = The file “{ $name }” is too large: at most { $limit }.
file-refused-report_full = There is no room left for the file “{ $name }”: all files of a report can have { $limit } together.
file-refused-type = Files of the type of “{ $name }” are not accepted.
file-refused-contradicts = The contents of the file “{ $name }” do not match its name.
file-refused-empty = The file “{ $name }” is empty.
file-refused-broken = The upload of “{ $name }” was incomplete or took too long.
file-refused-busy = The file “{ $name }” could not be uploaded because too many uploads are running. Please try again in a minute.
file-refused-no_room = The file “{ $name }” cannot be stored at the moment. Please try again later.
file-state-not_scanned = not scanned
file-state-waiting = being scanned
file-state-clean = clean
file-state-infected = infected, blocked
file-state-failed = scan failed, blocked
file-state-removed = removed
file-remove = Remove
file-remove-sure = The file is deleted for good. The history keeps its name and who removed it.
file-remove-yes = Remove the file

deadline-none = No deadline
deadline-paused = Paused, { $left } left

attention-notice_bounced = Notice bounced
attention-notice_bounced-do = Correct the address in the panel, or reach the customer another way.
attention-notice_failed = Notice not delivered
attention-notice_failed-do = Correct the address in the panel, or reach the customer another way.
attention-mail_waits = Unread mail
attention-mail_waits-do = Attach it to this report, or dismiss it.
attention-read_mail = Read the mail
attention-blocks_deadline = Until then, the deadline suspends nothing without your approval.
