# Signing in, the second factor and the account of a member of staff.

sign_in-title = Anmelden
sign_in-name = Anmeldename
sign_in-password = Passwort
sign_in-button = Anmelden
sign_in-wrong = Der Name oder das Passwort ist falsch.
sign_in-wrong_code = Der Code ist falsch oder wurde schon verwendet.
sign_in-too_many = Zu viele Versuche. Versuchen Sie es in { $n } min noch einmal.
sign_in-nobody = Noch kann sich niemand anmelden.
sign_in-nobody-text = Wer diesen Abuse-Desk betreibt, legt den ersten Mitarbeiter auf der Kommandozeile an; das Passwort wird von der Standardeingabe gelesen:
sign_in-forgotten = Passwort vergessen? Jemand, der den Abuse-Desk einrichten darf, gibt Ihnen ein neues.

code-title = Zweiter Faktor
code-text = Geben Sie den Code ein, den Ihre Authenticator-App jetzt zeigt, oder einen Ihrer Wiederherstellungscodes.
code-code = Code
code-button = Weiter
code-other = Als jemand anderes anmelden

enrol-title = Zweiten Faktor einrichten
enrol-forced = Hier ist ein zweiter Faktor vorgeschrieben. Richten Sie Ihren ein, um fortzufahren.
enrol-scan = Lesen Sie dieses Bild mit einer Authenticator-App ein.
enrol-qr = QR-Code für Ihre Authenticator-App; das Geheimnis steht darunter als Text
enrol-by_hand = Oder geben Sie dieses Geheimnis von Hand ein:
enrol-confirm = Geben Sie den Code ein, den sie zeigt.
enrol-button = Bestätigen
enrol-later = Nicht jetzt

recovery-title = Wiederherstellungscodes
recovery-text = Der zweite Faktor ist eingerichtet. Mit jedem dieser Codes können Sie sich einmal anmelden, wenn Sie Ihre Authenticator-App verlieren. Bewahren Sie sie sicher auf: Sie werden nicht noch einmal gezeigt.
recovery-go_on = Ich habe sie aufbewahrt

account-title = Ihr Konto
account-you = Sie
account-language = Sprache
account-language-usual = Englisch (Vorgabe)
account-zone = Zeitzone
account-bad_zone = Wählen Sie Sprache und Zeitzone aus den Listen, zum Beispiel Europe/Berlin.
account-password = Passwort
account-password-old = Jetziges Passwort
account-password-new = Neues Passwort (mindestens 12 Zeichen)
account-password-again = Neues Passwort noch einmal
account-password-button = Passwort ändern
account-not_the_same = Die neuen Passwörter stimmen nicht überein. Es wurde nichts geändert.
account-wrong_password = Das Passwort ist falsch. Nichts wurde geändert.
account-wrong_code = Der Code ist falsch oder wurde schon benutzt. Es wurde nichts geändert.
account-second_factor = Zweiter Faktor
account-second_factor-on = Ein zweiter Faktor ist eingerichtet.
account-second_factor-off = Nur das Passwort schützt dieses Konto. Mit einem zweiten Faktor genügt ein gestohlenes Passwort nicht.
account-second_factor-add = Zweiten Faktor einrichten
account-second_factor-remove = Zweiten Faktor entfernen
account-second_factor_forced = Hier ist ein zweiter Faktor vorgeschrieben; er kann nicht entfernt werden.
account-codes_left =
    { $n ->
        [one] { $n } Wiederherstellungscode ist übrig.
       *[other] { $n } Wiederherstellungscodes sind übrig.
    }
account-sessions = Wo Sie angemeldet sind
account-from = Adresse
account-with = Browser
account-begun = Seit
account-seen = Zuletzt benutzt
account-this = Diese hier
account-end = Abmelden
account-end_others = Alle anderen abmelden

## Staff who come from a panel

panel-sign-on-nobody = Ihr Konto {$account} von {$directory} ist hier mit niemandem verknüpft. Wer die Kommandozeile des Abuse-Desks benutzen darf, verknüpft es: portreeve staff link IHR-NAME {$directory}:{$account}
panel-sign-on-bad = Der Link aus dem Panel konnte nicht benutzt werden: Er ist abgelaufen oder wurde schon benutzt, oder Uhr oder gemeinsames Geheimnis von Panel und Abuse-Desk stimmen nicht überein. Gehen Sie zurück ins Panel und versuchen Sie es noch einmal, oder melden Sie sich mit Ihrem Passwort an.
