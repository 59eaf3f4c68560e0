# Pause and undo.

brakes-pause = Anhalten
brakes-pause-text = Stoppt alle automatischen Aufträge auf allen Knoten sofort: Sperrungen durch Fristen und Skripte und was Kunden aufheben. Was Mitarbeiter drücken, geht weiter hinaus.
brakes-pause-button = Abuse-Desk anhalten
brakes-resume = Fortfahren
brakes-would_fire = Diese Sperrungen würden ausgeführt, wo keine andere Schutzregel dagegen spricht:
brakes-nothing_waits = Keine Sperrung wartet darauf.
brakes-on_their_way = Aufträge für diese Dienste waren unterwegs:
brakes-resume-button = Abuse-Desk fortsetzen

undo-title = Zurücknehmen
undo-text = Was ein Skript oder ein Mitarbeiter seit einer Zeit getan hat: Eröffnete Meldungen werden abgeschlossen, Sperrungen aufgehoben, abgeschlossene Meldungen wieder geöffnet. Sie sehen es vorher.
undo-who = Getan von
undo-since = Seit
undo-preview = Zeigen, was getan würde
undo-would = Was { $actor } seit { $since } getan hat.
undo-to_do =
    { $n ->
        [one] { $n } Meldung würde geändert.
       *[other] { $n } Meldungen würden geändert.
    }
undo-done = Was getan wurde
undo-step = Was getan würde
undo-step-close = als unbegründet abschließen, Sperrung aufheben
undo-step-release = Sperrung aufheben
undo-step-refuse = Sperrung ablehnen
undo-step-reopen = wieder öffnen
undo-step-nothing = nichts: kann nicht zurückgenommen werden
undo-button =
    { $n ->
        [one] In { $n } Meldung zurücknehmen
       *[other] In { $n } Meldungen zurücknehmen
    }
undo-bad_time = Nennen Sie Datum und Uhrzeit.
undo-step-restore_deadline = Frist mit der verbleibenden Zeit wiederherstellen
