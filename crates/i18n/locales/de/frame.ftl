# The frame of all staff pages, and what several of them say.

frame-skip = Zum Inhalt springen
frame-nav = Hauptnavigation

nav-home = Start
nav-reports = Meldungen
nav-reports-waiting = warten auf uns
nav-approvals = Freigaben
nav-brakes = Pause und Rückgängig
nav-setup = Einrichtung
nav-find = Meldungen suchen
nav-find-hint = Suchen, oder #Nummer
nav-sign_out = Abmelden

banner-paused = Der Abuse-Desk ist angehalten.
banner-paused-text = Automatische Sperrungen und Entsperrungen ruhen. Angehalten von { $by },
banner-clock = Die Uhr des Servers ist gesprungen; ihr wird nicht vertraut.
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

refused-back = Zur Startseite
refused-right = Keine Berechtigung
refused-right-text = Dafür brauchen Sie das Recht „{ $right }“. Wenden Sie sich an jemanden, der den Abuse-Desk einrichten darf.
refused-form = Das Formular wurde nicht angenommen
refused-form-text = Es wurde nicht von einer Seite Ihrer jetzigen Sitzung gesendet. Es wurde nichts geändert. Öffnen Sie die Seite neu und wiederholen Sie es dort.
refused-unreadable = Das Formular kann nicht gelesen werden
refused-unreadable-text = Es fehlt etwas darin, oder es ist zu groß. Nichts wurde geändert. Gehen Sie zurück und versuchen Sie es noch einmal.
refused-missing = Seite nicht gefunden
refused-missing-text = Unter dieser Adresse gibt es keine Seite und keinen Eintrag.
refused-bad = Es wurde nichts geändert
refused-bad-text = Nicht ausgeführt: { $reason }.
refused-database = Zurzeit nicht verfügbar
refused-database-text = Die Datenbank antwortet nicht. Nichts wurde geändert. Versuchen Sie es gleich noch einmal.
refused-internal = Diese Seite kann nicht angezeigt werden
refused-internal-text = Das Protokoll des Servers nennt die Ursache. Was Sie gesendet haben, kann ausgeführt worden sein; sehen Sie nach, bevor Sie es wiederholen.
refused-no_room = Sehr viel los
refused-no_room-text = Gerade werden zu viele Formulare gesendet. Es wurde nichts geändert. Gehen Sie zurück und senden Sie das Formular in einigen Sekunden noch einmal.
refused-not_now = Im Moment nicht
refused-not_now-text = Zurzeit werden zu viele Dokumente erstellt. Bitte versuchen Sie es in einigen Sekunden noch einmal.

confirm-title = Passwort eingeben
confirm-text = Das ändert, wer was darf oder was Kunden geschickt wird. Deshalb fragen wir noch einmal nach Ihrem Passwort. Noch wurde nichts geändert, Ihre Eingaben bleiben erhalten.
confirm-password = Ihr Passwort
confirm-button = Bestätigen

conflict-title = Diese Meldung wurde zwischenzeitlich geändert
conflict-text = Jemand hat diese Meldung geändert, nachdem Sie sie geöffnet hatten. Ihre Aktion wurde nicht ausgeführt; von Ihrem Text ist nichts verloren.
conflict-news = Änderungen seither
conflict-yours = Ihr Text
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

file-choose = Anhänge (optional)
file-limits = Bis zu { $most } Dateien mit je { $size }. Dateitypen:
file-again = Ihr Text ist noch da. Bitte wählen Sie die Anhänge noch einmal aus, ohne diese Datei.
file-refused-off = Anhänge werden hier nicht angenommen.
file-refused-too_many = Die Datei „{ $name }“ war eine zu viel: Eine Nachricht kann höchstens { $limit } haben.
file-refused-too_large = Die Datei „{ $name }“ ist zu groß: höchstens { $limit }.
file-refused-report_full = Für die Datei „{ $name }“ ist kein Platz mehr: Alle Dateien einer Meldung dürfen zusammen { $limit } haben.
file-refused-type = Dateien vom Typ von „{ $name }“ werden nicht angenommen.
file-refused-contradicts = Der Inhalt der Datei „{ $name }“ passt nicht zu ihrem Namen.
file-refused-empty = Die Datei „{ $name }“ ist leer.
file-refused-broken = Die Datei „{ $name }“ kam nicht vollständig an oder brauchte zu lange.
file-refused-busy = Die Datei „{ $name }“ konnte nicht hochgeladen werden, weil zurzeit zu viele Dateien ankommen. Bitte versuchen Sie es in einer Minute noch einmal.
file-refused-no_room = Die Datei „{ $name }“ kann gerade nicht gespeichert werden. Bitte versuchen Sie es später noch einmal.
file-state-not_scanned = nicht geprüft
file-state-waiting = wird geprüft
file-state-clean = unauffällig
file-state-infected = befallen, gesperrt
file-state-failed = Prüfung fehlgeschlagen, gesperrt
file-state-removed = entfernt
file-remove = Entfernen
file-remove-sure = Die Datei wird endgültig gelöscht. Im Verlauf bleibt, wie sie hieß und wer sie entfernt hat.
file-remove-yes = Datei entfernen

deadline-none = Keine Frist
deadline-paused = Angehalten, noch { $left }

attention-notice_bounced = Benachrichtigung unzustellbar zurückgekommen
attention-notice_bounced-do = Berichtigen Sie die Adresse im Panel, oder erreichen Sie den Kunden auf anderem Weg.
attention-notice_failed = Benachrichtigung nicht zugestellt
attention-notice_failed-do = Berichtigen Sie die Adresse im Panel, oder erreichen Sie den Kunden auf anderem Weg.
attention-mail_waits = Ungelesene E-Mail
attention-mail_waits-do = Ordnen Sie sie dieser Meldung zu, oder verwerfen Sie sie.
attention-read_mail = E-Mail lesen
attention-blocks_deadline = Bis dahin führt die Frist ohne Ihre Freigabe zu keiner Sperrung.
