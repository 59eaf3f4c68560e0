# Words for states, kinds and settings.

status-queued = im Eingang
status-open = offen
status-closed = abgeschlossen

turn-customer = Kunde ist dran
turn-staff = wir sind dran

suspension-none = von dieser Meldung nicht gesperrt
suspension-pending = wird gesperrt
suspension-suspended = gesperrt
suspension-suspended_by_other = von anderen gesperrt
suspension-lifting = wird aufgehoben
suspension-lifted = aufgehoben
suspension-awaiting_approval = wartet auf Freigabe
suspension-manual = von Hand zu erledigen
suspension-drifted = von jemandem aufgehoben
suspension-unknown = Zustand unbekannt
suspension-failed = fehlgeschlagen

severity-low = niedrig
severity-normal = normal
severity-high = hoch

outcome-resolved = behoben
outcome-unfounded = unbegründet
outcome-duplicate = Duplikat
outcome-no_response = keine Reaktion
outcome-other = anderes

method-nosuspend = Keine Sperrung
method-timelimit = Sperren, wenn die Frist des Kunden abgelaufen ist
method-immediate = Sofort sperren

notice-opened = Meldung eröffnet
notice-queued = Im Eingang
notice-reminder = Erinnerung
notice-suspended = Gesperrt
notice-unsuspended = Freigegeben
notice-answered = Antwort
notice-extended = Verlängert
notice-deadline_changed = Frist geändert
notice-deadline_lifted = Frist aufgehoben
notice-deadline_restored = Frist wiederhergestellt
notice-closed = Abgeschlossen
notice-reopened = Wieder geöffnet
notice-needs_staff = Braucht Mitarbeiter
notice-link = Neuer Link
notice-digest = Sammelmail
notice-frame = Rahmen aller Benachrichtigungen
notice-parts = Bausteine aller Benachrichtigungen
notice-about = Zu Arten von Missbrauch

actor-desk = Programm
actor-customer = Kunde

audience-customer = an den Kunden
audience-staff = an Mitarbeiter

service-product = Produkt
service-domain = Domain
service-username = Benutzer
service-server = Server
service-dedicated_ip = Hauptadresse
service-mail = Mail
service-no_mail = keine Mailadresse: Dieser Kunde kann nicht benachrichtigt werden
service-protected = geschützt
service-ended = nicht mehr im Verzeichnis
service-active = aktiv
service-suspended = gesperrt
service-pending = in Vorbereitung
service-terminated = beendet
service-cancelled = gekündigt
service-fraud = Betrug

payment-wished = Rechnung wird angefordert
payment-asking = Rechnung wird erstellt
payment-open = wartet auf Zahlung
payment-paid = bezahlt
payment-refused = keine Rechnung
payment-ended = hinfällig
payment-reversed = ging zurück

told-title = Was per Mail mitgeteilt wird
told-notices = Benachrichtigungen
told-opened = Eine Meldung wurde eröffnet
told-queued = Eine Meldung wartet auf ihren Dienst
told-answered = Ein Kunde hat geantwortet
told-needs_staff = Etwas wartet auf eine Entscheidung
told-only_mine = nur zu eigenen Meldungen
told-summary = Die Tagesübersicht
told-address = Wohin, wenn nicht an die übliche Adresse
told-usual = Wieder wie üblich
told-usual-all = Noch nichts gewählt: Alles wird mitgeteilt.
told-usual-nothing = Noch nichts gewählt: Der Abuse-Desk hat eigene Adressen, hierhin kommt nichts.
told-no_right = Nur wer Meldungen beantworten darf, bekommt Mails.

right-see_reports = Meldungen, Dienste und das Adressbuch sehen
right-open = Meldungen eröffnen
right-answer = antworten, notieren, verlängern, zuordnen
right-close = Meldungen abschließen und wieder öffnen, zusammenführen
right-suspend = von Hand sperren und aufheben
right-approve = über angehaltene Sperrungen entscheiden, anhalten und fortsetzen
right-setup = den Abuse-Desk einrichten: Einstellungen, Mitarbeiter, Rollen, Zugänge
right-see_reporter = sehen, wer gemeldet hat
right-export = Listen von Meldungen exportieren
right-fraudrecord = FraudRecord nach Kunden fragen und sie dorthin melden

setting-time_limit-period = Wie lange ein Kunde vor einer Sperrung mit Frist Zeit hat
setting-time_limit-reminder = Den Kunden erinnern, wenn die Hälfte vorbei ist
setting-time_limit-on_reply = Was eine Antwort des Kunden mit der Frist macht: anhalten (pause), streichen (cancel) oder nichts (ignore)
setting-time_limit-require_notice = Ohne eine Benachrichtigung, die ein Mailserver angenommen hat, wartet die Sperrung auf Freigabe
setting-client-lockdown = Was Kunden mit offenen Meldungen im Panel noch dürfen: alles (no), nichts bis zur Antwort (standard), nichts bis alles abgeschlossen ist (strict)
setting-pay-amount = Freischalten gegen Zahlung: der Betrag
setting-pay-currency = Freischalten gegen Zahlung: die Hauptwährung, zum Beispiel EUR
setting-intake-auto_assign = Beschwerden nach dem Adressbuch zuordnen; sonst warten alle im Eingang
setting-intake-duplicates = Eine Beschwerde über dasselbe kommt zur offenen Meldung (merge) oder eröffnet eine eigene (separate)
setting-categories = Angebotene Kategorien, als JSON-Liste
setting-limits-suspensions_per_hour = Automatische Sperrungen in einer Stunde; weitere warten auf Freigabe, 0 = keine läuft von selbst
setting-clock-long_stop = Fristen, die abliefen, während der Abuse-Desk länger als dies stillstand, warten auf Freigabe
setting-staff-require_second_factor = Alle, die sich anmelden, brauchen einen zweiten Faktor
setting-staff-session_idle = Wie lange Mitarbeiter fort sein dürfen, bevor sie sich wieder anmelden müssen
setting-amp-http_status = HTTP-Status der Drop-in-API: immer 200 (always_200) oder semantisch (semantic)
setting-amp-missing_parameters_code = Code für fehlende Parameter: AMP003 wie die Tabelle des Originals oder AMP009 wie sein Beispiel
setting-amp-suspend_method_aliases = Weitere Wörter für suspend_method, als JSON-Objekt
setting-amp-failed_auth_per_minute = Fehlgeschlagene Anmeldungen einer Adresse in einer Minute; 0 = keine Grenze
setting-amp-calls_per_minute = Aufrufe eines API-Zugangs in einer Minute; 0 = keine Grenze
setting-client-unsuspend_limit = Wie oft Kunden ihren Dienst innerhalb einer Meldung selbst wieder freischalten dürfen
setting-client-more_time = Mehr Zeit, die Kunden bei der ersten Bitte sofort bekommen
setting-client-language = Sprache von Kunden, von denen keine bekannt ist
setting-client-time_zone = Zeitzone, in der Kunden Zeitpunkte lesen
setting-client-link_life = Wie lange Links in Benachrichtigungen gelten
setting-pay-limit = Wie oft ein Kunde innerhalb einer Meldung zahlen darf
setting-client-notices_per_hour = Benachrichtigungen, die ein Postfach eines Kunden in einer Stunde bekommt; was darüber ist, kommt in einer Sammelmail (0: ohne Grenze)
setting-staff-notices-address = Eigene Adressen des Abuse-Desks für Mails an Mitarbeiter (eine Liste); Mitarbeiter bekommen dann nur, was sie wählen
setting-staff-summary_at = Wann Mitarbeiter die Tagesübersicht bekommen, etwa 08:00 oder 08:00 Europe/Berlin (leer: nie)
setting-attachments-max_size = Größte Datei, die mit einer Nachricht oder Notiz angenommen wird, etwa 10MiB
setting-attachments-per_message = Dateien einer Nachricht oder Notiz; 0 = keine werden angenommen
setting-intake-mail_room = Wie viel E-Mail ohne den Code einer Meldung ungelesen sein oder auf Mitarbeiter warten darf, etwa 2GiB; weitere bleibt beim Mailserver. 0: ohne Grenze
setting-intake-report_room = Wie viel E-Mail mit dem Code einer Meldung in einer Stunde angenommen wird, etwa 50MiB; weitere bleibt bis später beim Mailserver. 0: ohne Grenze
setting-attachments-per_report = Alle Dateien einer Meldung zusammen, etwa 100MiB
setting-attachments-types = Arten von Dateien, die angenommen werden, als JSON-Liste von Endungen

mailstate-unread = noch nicht gelesen
mailstate-answer = Antwort des Kunden
mailstate-duplicate = kam schon auf anderem Weg
mailstate-bounce = über eine E-Mail, die zurückkam oder sich verspätet
mailstate-automatic = automatische Antwort
mailstate-receipt = Lesebestätigung
mailstate-own = vom System selbst gesendet
mailstate-waiting = wartet
mailstate-attached = von Mitarbeitern angehängt
mailstate-dismissed = verworfen
