# Signing in, the second factor and the account of a member of staff.

sign_in-title = Sign in
sign_in-name = Login name
sign_in-password = Password
sign_in-button = Login
sign_in-wrong = The name or the password is wrong.
sign_in-wrong_code = The code is wrong or has already been used.
sign_in-too_many = Too many attempts. Try again in { $n } min.
sign_in-nobody = Nobody can sign in yet.
sign_in-nobody-text = Whoever runs this desk adds the first member of staff on the command line; the password is read from standard input:
sign_in-forgotten = Forgot your password? Someone who can set up the abuse desk can give you a new one.

code-title = Second factor
code-text = Enter the code that your authenticator shows now, or one of your recovery codes.
code-code = Code
code-button = Continue
code-other = Sign in as somebody else

enrol-title = Set up a second factor
enrol-forced = A second factor is required here. Set yours up to continue.
enrol-scan = Scan this picture with an authenticator app.
enrol-qr = QR code for your authenticator; the secret stands below as text
enrol-by_hand = Or enter this secret by hand:
enrol-confirm = Enter the code that it shows.
enrol-button = Confirm
enrol-later = Not now

recovery-title = Recovery codes
recovery-text = The second factor is set up. With each of these codes you can sign in once if you lose your authenticator. Keep them in a safe place: they are not shown again.
recovery-go_on = I have kept them

account-title = Your account
account-you = You
account-language = Language
account-language-usual = English (default)
account-zone = Time zone
account-bad_zone = Choose a language and a time zone from the lists, such as Europe/Berlin.
account-password = Password
account-password-old = Current password
account-password-new = New password (at least 12 characters)
account-password-again = Repeat the new password
account-password-button = Change password
account-not_the_same = The new passwords do not match. Nothing was changed.
account-wrong_password = The password is wrong. Nothing was changed.
account-wrong_code = The code is wrong or was already used. Nothing was changed.
account-second_factor = Second factor
account-second_factor-on = A second factor is set up.
account-second_factor-off = Only the password protects this account. With a second factor, a stolen password is not enough.
account-second_factor-add = Set up a second factor
account-second_factor-remove = Remove the second factor
account-second_factor_forced = A second factor is required here; it cannot be removed.
account-codes_left =
    { $n ->
        [one] { $n } recovery code is left.
       *[other] { $n } recovery codes are left.
    }
account-sessions = Where you are signed in
account-from = Address
account-with = Browser
account-begun = Since
account-seen = Last used
account-this = This one
account-end = Sign out
account-end_others = Sign out all others

## Staff who come from a panel

panel-sign-on-nobody = Your account {$account} of {$directory} isn't linked to anybody here. Somebody who can use the desk's command line links it: portreeve staff link YOUR-NAME {$directory}:{$account}
panel-sign-on-bad = The link from the panel could not be used: it has expired, was used before, or the panel's clock or shared secret differs from the desk's. Go back to the panel and try again, or sign in with your password.
