# E-Mails an Mitarbeiter.

staffmail-opened = Neue Meldung
staffmail-queued = Neue Meldung im Eingang
staffmail-answered = Kunde hat geantwortet
staffmail-needs_staff = Braucht Ihre Entscheidung
staffmail-changed = Meldung geändert
staffmail-report = Meldung
staffmail-service = Dienst
staffmail-address = IP-Adresse
staffmail-category = Kategorie
staffmail-suspension = Sperrung
staffmail-claimed = { $service } (nicht bestätigt)
staffmail-unknown = unbekannt
staffmail-open = Meldung öffnen: { $link }

# Eingehende E-Mails werden nicht rechtzeitig gelesen.

staffmail-behind = Eingehende E-Mails verzögert
staffmail-behind-what = Eingehende E-Mails werden nicht rechtzeitig verarbeitet: { $count } ungelesene, die älteste vom { $since }.
staffmail-behind-deadlines = Es geht nichts verloren. Fristen, die seither abgelaufen sind, werden aufgeschoben, bis diese E-Mails verarbeitet sind, denn ein Kunde kann geantwortet haben. Sofortige Sperrungen sind nicht betroffen.
staffmail-behind-do = Prüfen Sie das Protokoll und die Last des Servers. Sie werden erst wieder benachrichtigt, wenn es erneut geschieht.

# Die Tagesübersicht.

summary-calm = Tagesübersicht: nichts offen
summary-calm-text = Es ist nichts offen.
summary-title = Tagesübersicht: { $count } offen
summary-text = Was offen ist und was geschehen ist:
summary-staff = Wartet auf uns
summary-queue = Im Eingang, ohne Dienst
summary-approval = Sperrungen, die auf Freigabe warten
summary-trouble = Probleme bei Sperrungen
summary-mails = Nicht zugeordnete E-Mails
summary-given_up = Fehlgeschlagene Aufträge
summary-deadlines = Fristen in den nächsten 24 Stunden
summary-opened = Geöffnet in den letzten 24 Stunden
summary-closed = Abgeschlossen in den letzten 24 Stunden
summary-suspended = Gesperrt in den letzten 24 Stunden
