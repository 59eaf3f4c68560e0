# Pause and undo.

brakes-pause = Anhalten
brakes-pause-text = Stoppt sofort alle automatischen Änderungen auf allen Knoten: Sperrungen durch Fristen und Skripte und das Entsperren durch Kunden. Was Mitarbeiter von Hand tun, wird weiter ausgeführt.
brakes-pause-button = Abuse-Desk anhalten
brakes-resume = Fortsetzen
brakes-would_fire = Diese Sperrungen würden ausgeführt, wenn keine andere Schutzregel sie anhält:
brakes-nothing_waits = Es warten keine Sperrungen.
brakes-on_their_way = Aufträge für diese Dienste waren unterwegs:
brakes-resume-button = Abuse-Desk fortsetzen

undo-title = Rückgängig machen
undo-text = Macht rückgängig, was ein Skript oder Mitarbeiter seit einem Zeitpunkt getan hat: Eröffnete Meldungen werden abgeschlossen, Sperrungen aufgehoben, abgeschlossene Meldungen wieder geöffnet. Sie sehen zuerst eine Vorschau.
undo-who = Getan von
undo-since = Seit
undo-preview = Vorschau
undo-would = Was { $actor } seit { $since } getan hat.
undo-to_do =
    { $n ->
        [one] { $n } Meldung würde geändert.
       *[other] { $n } Meldungen würden geändert.
    }
undo-done = Was getan wurde
undo-step = Was ausgeführt wird
undo-step-close = als unbegründet abschließen, Sperrung aufheben
undo-step-release = Sperrung aufheben
undo-step-refuse = Sperrung ablehnen
undo-step-reopen = wieder öffnen
undo-step-nothing = nichts: kann nicht rückgängig gemacht werden
undo-button =
    { $n ->
        [one] In { $n } Meldung rückgängig machen
       *[other] In { $n } Meldungen rückgängig machen
    }
undo-bad_time = Geben Sie Datum und Uhrzeit ein.
undo-step-cancel_deadline = Frist aufheben
undo-step-restore_deadline = Frist mit der verbleibenden Zeit wiederherstellen
