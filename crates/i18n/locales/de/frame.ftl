# The frame of all staff pages, and what several of them say.

frame-skip = Zum Inhalt springen
frame-nav = Hauptnavigation

nav-home = Start
nav-reports = Meldungen
nav-reports-waiting = warten auf Mitarbeiter
nav-queue = Eingang
nav-approvals = Freigaben
nav-brakes = Bremsen
nav-setup = Einrichtung
nav-find = Meldungen suchen
nav-find-hint = Suchen, oder #Nummer
nav-sign_out = Abmelden
nav-mail = E-Mails

banner-paused = Der Abuse-Desk ist angehalten.
banner-paused-text = Es wird kein automatischer Auftrag gesendet. Angehalten von { $by },
banner-clock = Der Uhr des Rechners wird nicht getraut.
banner-look = Ansehen
save = Speichern
cancel = Abbrechen
change = Ändern
delete = Löschen
back = Zurück
copy = Kopieren
copied = Kopiert

act = Aktion

pages-first = Erste Seite
pages-next = Nächste Seite
pages-earlier-messages = Frühere Nachrichten
pages-latest-messages = Neueste Nachrichten
pages-earlier-notes = Frühere Notizen
pages-latest-notes = Neueste Notizen
pages-earlier-events = Früherer Verlauf
pages-latest-events = Neuester Verlauf

refused-back = Zur ersten Seite des Mitarbeiterbereichs
refused-right = Dazu fehlt Ihnen das Recht
refused-right-text = Dafür ist das Recht „{ $right }“ nötig. Fragen Sie jemanden, der den Abuse-Desk einrichten darf.
refused-form = Das Formular wurde nicht angenommen
refused-form-text = Es kam nicht von einer Seite Ihrer jetzigen Sitzung. Nichts wurde geändert. Öffnen Sie die Seite noch einmal und wiederholen Sie es dort.
refused-unreadable = Das Formular kann nicht gelesen werden
refused-unreadable-text = Es fehlt etwas darin, oder es ist zu groß. Nichts wurde geändert. Gehen Sie zurück und versuchen Sie es noch einmal.
refused-missing = Das gibt es nicht
refused-missing-text = Unter dieser Adresse gibt es keine Seite und keinen Eintrag.
refused-bad = Es wurde nichts geändert
refused-bad-text = Nicht ausgeführt: { $reason }.
refused-database = Zurzeit nicht verfügbar
refused-database-text = Die Datenbank antwortet nicht. Nichts wurde geändert. Versuchen Sie es gleich noch einmal.
refused-internal = Diese Seite konnte nicht erstellt werden
refused-internal-text = Der Grund steht im Protokoll des Abuse-Desks. Nichts wurde geändert.
refused-no_room = Sehr viel los
refused-no_room-text = Gerade werden zu viele Formulare gesendet. Es wurde nichts geändert. Gehen Sie zurück und senden Sie das Formular in einigen Sekunden noch einmal.
refused-not_now = Im Moment nicht
refused-not_now-text = Es werden gerade viele Dokumente erstellt. Bitte in einigen Sekunden noch einmal versuchen.

confirm-title = Passwort eingeben
confirm-text = Das ändert, wer was darf oder was Kunden geschickt wird. Deshalb fragen wir noch einmal nach Ihrem Passwort. Noch wurde nichts geändert, Ihre Eingaben bleiben erhalten.
confirm-password = Ihr Passwort
confirm-button = Bestätigen

conflict-title = Jemand anderes war schneller
conflict-text = Diese Meldung wurde geändert, seit Sie sie geöffnet haben. Was Sie wollten, wurde nicht getan; nichts, was Sie geschrieben haben, ist verloren.
conflict-news = Was seitdem geschah
conflict-yours = Was Sie geschrieben haben
conflict-anyway = Trotzdem tun
conflict-look = Meldung ansehen
conflict-files = Gewählte Dateien bleiben nicht erhalten: Um sie zu senden, sehen Sie sich die Meldung neu an und schreiben Sie von dort.

done-title = Ausgeführt
done-done =
    { $n ->
        [one] { $n } Meldung wurde geändert.
       *[other] { $n } Meldungen wurden geändert.
    }
done-left =
    { $n ->
        [one] { $n } blieb, wie sie ist:
       *[other] { $n } blieben, wie sie sind:
    }
done-undo-reopen = Rückgängig: wieder öffnen
done-undo-hand_over = Rückgängig: wie vorher
done-undo-category = Rückgängig: wie vorher

written-title-signed_out = Sie sind abgemeldet
written-title-another = Sie haben sich inzwischen neu angemeldet
written-text-signed_out = Es wurde nichts ausgeführt. Was Sie geschrieben haben, steht unten; nichts davon ist verloren.
written-text-another = Diese Seite gehört zu einer Sitzung, die beendet ist. Es wurde nichts ausgeführt. Was Sie geschrieben haben, steht unten; nichts davon ist verloren.
written-sign_in = In einem neuen Tab anmelden
written-come_back = Kommen Sie auf diese Seite zurück und machen Sie weiter.
written-files = Ausgewählte Dateien bleiben nicht erhalten: Wählen Sie sie noch einmal aus.
written-continue = Mit meinem Text weitermachen
written-again = Prüfen und noch einmal senden
written-again-text = Das haben Sie ausgefüllt, bevor Sie abgemeldet wurden. Es wurde noch nichts ausgeführt.
written-send = Jetzt senden

message-cut = Diese Nachricht ist länger.
message-whole = Ganze Nachricht anzeigen

file-choose = Dateien (kann leer bleiben)
file-limits = Höchstens { $most } Dateien mit je { $size }. Arten:
file-again = Ihr Text ist noch da. Bitte wählen Sie die Dateien noch einmal, ohne diese.
file-refused-off = Dateien werden hier nicht angenommen.
file-refused-too_many = Die Datei „{ $name }“ war eine zu viel: höchstens { $limit } können mit einer Nachricht kommen.
file-refused-too_large = Die Datei „{ $name }“ ist zu groß: höchstens { $limit }.
file-refused-report_full = Für die Datei „{ $name }“ ist kein Platz mehr: Alle Dateien einer Meldung dürfen zusammen { $limit } haben.
file-refused-type = Die Datei „{ $name }“ ist von einer Art, die nicht angenommen wird.
file-refused-contradicts = Die Datei „{ $name }“ ist etwas anderes, als ihr Name sagt.
file-refused-empty = Die Datei „{ $name }“ ist leer.
file-refused-broken = Die Datei „{ $name }“ kam nicht ganz an oder brauchte zu lange.
file-refused-busy = Die Datei „{ $name }“ konnte nicht angenommen werden, weil gerade zu viele ankommen. Bitte versuchen Sie es in einer Minute noch einmal.
file-refused-no_room = Die Datei „{ $name }“ kann gerade nicht gespeichert werden. Bitte versuchen Sie es später noch einmal.
file-state-not_scanned = nicht geprüft
file-state-waiting = wird geprüft
file-state-clean = unauffällig
file-state-infected = befallen, niemand bekommt sie
file-state-failed = konnte nicht geprüft werden, niemand bekommt sie
file-state-removed = entfernt
file-remove = Entfernen
file-remove-sure = Niemand bekommt die Datei mehr, und ihr Inhalt wird vergessen. Dass es sie gab und wer sie entfernt hat, bleibt festgehalten.
file-remove-yes = Datei entfernen

deadline-none = Es läuft keine Frist.
deadline-paused = steht still, noch { $left }

attention-notice_bounced = Benachrichtigung kam zurück
attention-notice_bounced-do = Berichtigen Sie die Adresse im Panel, oder erreichen Sie den Kunden auf anderem Weg.
attention-notice_failed = Benachrichtigung nicht zugestellt
attention-notice_failed-do = Berichtigen Sie die Adresse im Panel, oder erreichen Sie den Kunden auf anderem Weg.
attention-mail_waits = E-Mail wartet
attention-mail_waits-do = Ordnen Sie sie dieser Meldung zu, oder verwerfen Sie sie.
attention-read_mail = E-Mail lesen
attention-blocks_deadline = Bis dahin wird zum Ende der Frist niemand ohne Ihre Freigabe gesperrt.
