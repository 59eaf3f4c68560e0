# Lists of reports, the queue, approvals, bulk actions and new reports.

reports-new = Neue Meldung
reports-export = Exportieren
reports-none = Es gibt noch keine Meldungen.
reports-none_fit = Keine Meldung passt zu diesen Filtern.
reports-no_more = Es gibt keine weiteren Meldungen.
reports-choose = Auswählen
reports-choose_all = Alle auf dieser Seite auswählen
reports-choose_one = Meldung #{ $id } auswählen

views-title = Ansichten
views-all = Alle
views-staff = Warten auf uns
views-mine = Meine
views-deadline = Nach Frist
views-suspended = Gesperrt
views-trouble = Probleme bei Sperrungen
views-name = Diese Ansicht speichern als
views-shared = für alle
views-save = Speichern
views-forget = „{ $name }“ löschen
views-attention = Brauchen Aufmerksamkeit

filter-title = Filter, Reihenfolge, Spalten
filter-any = beliebig
filter-button = Anwenden
filter-clear = Filter zurücksetzen
filter-drop = Filter entfernen
filter-wrong = Korrigieren Sie den Filter, um Meldungen zu sehen.
filter-columns = Spalten
filter-text = Wörter
filter-status = Status
filter-status-queued = im Eingang
filter-status-open = offen
filter-status-closed = abgeschlossen
filter-turn = Wartet auf
filter-turn-customer = Kunde
filter-turn-staff = uns
filter-suspension = Sperrung
filter-suspension-none = nie
filter-suspension-waiting = wartet auf Freigabe
filter-suspension-placed = gesperrt oder in Sperrung
filter-suspension-released = freigegeben
filter-suspension-trouble = Problem
filter-category = Kategorie
filter-service = Dienst
filter-customer = Kunde
filter-address = Adresse oder Präfix
filter-assignee = Zuständig
filter-deadline = Frist innerhalb von
filter-order = Reihenfolge
filter-order-newest = neueste zuerst
filter-order-oldest = älteste zuerst
filter-order-deadline = nächste Frist zuerst
filter-bad-status = Diesen Status gibt es nicht.
filter-bad-turn = Dran ist der Kunde oder ein Mitarbeiter.
filter-bad-suspension = Diesen Zustand gibt es nicht.
filter-bad-service = Muss die Nummer eines Dienstes sein, zum Beispiel 17 oder main:17.
filter-bad-address = Muss eine Adresse oder ein Präfix wie 192.0.2.0/24 sein.
filter-bad-deadline = Muss eine Zeitspanne wie 24h oder 3d sein.
filter-attention = Braucht Aufmerksamkeit
filter-attention-any = ja
filter-bad-attention = Diesen Filter gibt es nicht.

column-id = Meldung
column-category = Kategorie
column-status = Status
column-turn = Wartet auf
column-service = Dienst
column-customer = Kunde
column-address = Adresse
column-suspension = Sperrung
column-deadline = Frist
column-assignee = Zuständig
column-opened = Eröffnet

bulk-title = Mit den ausgewählten
bulk-act = Aktion
bulk-value = Neuer Wert
bulk-preview = Vorschau
bulk-nothing = Es wurde keine Meldung ausgewählt, oder keine davon gibt es noch.
bulk-act-close = Meldungen abschließen
bulk-act-reopen = Meldungen wieder öffnen
bulk-act-hand_over = Zuständigkeit ändern
bulk-act-category = Kategorie ändern
bulk-act-release = Sperrungen aufheben
bulk-act-approve = Sperrungen freigeben
bulk-act-refuse = Sperrungen ablehnen
bulk-sure-close = Diese Meldungen werden abgeschlossen. Ihre Sperrungen werden aufgehoben, und die Kunden werden benachrichtigt.
bulk-sure-reopen = Diese Meldungen werden wieder geöffnet. Dadurch wird kein Dienst gesperrt, und keine Frist beginnt. Die Kunden werden benachrichtigt.
bulk-sure-hand_over = Für diese Meldungen ist jemand anderes zuständig.
bulk-sure-category = Diese Meldungen bekommen eine andere Kategorie.
bulk-sure-release = Die Dienste dieser Meldungen werden entsperrt, sofern nichts anderes sie sperrt.
bulk-sure-approve = Die Dienste dieser Meldungen werden jetzt gesperrt.
bulk-sure-refuse = Diese Sperrungen werden nicht ausgeführt. Die Meldungen bleiben offen.
bulk-prove = Ihr Passwort, weil dies Kunden betrifft
bulk-prove-perhaps = Ihr Passwort, wenn Sie es vor mehr als 10 Minuten eingegeben haben
bulk-do-close =
    { $n ->
        [one] { $n } Meldung abschließen
       *[other] { $n } Meldungen abschließen
    }
bulk-do-reopen =
    { $n ->
        [one] { $n } Meldung wieder öffnen
       *[other] { $n } Meldungen wieder öffnen
    }
bulk-do-hand_over =
    { $n ->
        [one] Zuständigkeit für { $n } Meldung ändern
       *[other] Zuständigkeit für { $n } Meldungen ändern
    }
bulk-do-category =
    { $n ->
        [one] Kategorie von { $n } Meldung ändern
       *[other] Kategorie von { $n } Meldungen ändern
    }
bulk-do-release =
    { $n ->
        [one] Sperrung aus { $n } Meldung aufheben
       *[other] Sperrungen aus { $n } Meldungen aufheben
    }
bulk-do-approve =
    { $n ->
        [one] Sperrung aus { $n } Meldung freigeben
       *[other] Sperrungen aus { $n } Meldungen freigeben
    }
bulk-do-refuse =
    { $n ->
        [one] Sperrung aus { $n } Meldung ablehnen
       *[other] Sperrungen aus { $n } Meldungen ablehnen
    }
bulk-protected = Trotzdem sperren
bulk-protected-text =
    { $n ->
        [one] { $n } dieser Dienste ist geschützt. Er wird nicht gesperrt, wenn Sie ihn oben nicht ankreuzen.
       *[other] { $n } dieser Dienste sind geschützt. Sie werden nicht gesperrt, wenn Sie sie oben nicht ankreuzen.
    }
bulk-protected-left = Der Dienst ist geschützt und war nicht angekreuzt; er wurde nicht gesperrt

queue-text = Meldungen, deren Dienst noch nicht bestätigt ist. Fristen und Sperrungen beginnen, sobald ein Dienst zugeordnet ist.
queue-candidates = Mögliche Dienste
queue-no_candidates = Kein passender Dienst im Verzeichnis.
queue-assign = Zuordnen
queue-assign_to = { $key } zuordnen
queue-other = Anderer Dienst
queue-reject = Ablehnen als
queue-reject-button = Ablehnen
queue-empty = Der Eingang ist leer.

approvals-text = Automatische Sperrungen, die auf Freigabe warten. Höchstens { $limit } in der Stunde werden ohne Freigabe ausgeführt.
approvals-why = Grund
approvals-since = Seit
approvals-approve = Ausgewählte freigeben
approvals-refuse = Ausgewählte ablehnen
approvals-empty = Keine Sperrung wartet auf Freigabe.
approvals-trouble = Probleme bei Sperrungen
approvals-attention = Meldungen, die Aufmerksamkeit brauchen
approvals-all = Alle anzeigen

new-find = Dienst
new-find-button = Suchen
new-find-hint = Nach Nummer, Domain, IP-Adresse (jetziger Inhaber), E-Mail-Adresse oder Nummer des Kunden.
new-nothing = Es wurde kein Dienst gefunden.
new-open_already = Zu diesem Dienst gibt es schon offene Meldungen:
new-open_already-text = Geht es um dasselbe? Dann schreiben Sie lieber dort eine Notiz.
new-other_category = Andere Kategorie, wenn keine passt
new-method = Sperrung
new-allow_unsuspend = der Kunde darf den Dienst entsperren
new-additional_info = Was geschehen ist (der Kunde sieht das)
new-admin_notes = Nur für Mitarbeiter
new-button = Meldung eröffnen
new-no_service = Wählen Sie einen Dienst des Verzeichnisses.
new-bad_address = Die Adresse muss eine IPv4- oder IPv6-Adresse sein.
new-bad_category = Eine Kategorie hat 1 bis 255 Zeichen.
new-too_long = Ein Text hat höchstens 65.536 Zeichen.
new-no_method = Wählen Sie, ob gesperrt werden soll.
new-twice = Dieses Formular wurde schon für eine andere Meldung benutzt. Suchen Sie den Dienst noch einmal.
new-unavailable = Die Meldung konnte nicht gespeichert werden. Versuchen Sie es gleich noch einmal.
new-pay_to_unsuspend = der Kunde darf { $price } zahlen, um den Dienst zu entsperren
