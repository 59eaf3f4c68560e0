# The home page of staff.

home-title = Braucht Aufmerksamkeit
home-staff = warten auf uns
home-queue = Meldungen ohne Dienst
home-approval = warten auf Freigabe
home-trouble = Probleme bei Sperrungen
home-deadlines = Fristen in 24 Std.
home-dead = fehlgeschlagene Aufträge
home-soon = Nächste Sperrungen
home-soon-all = Alle nach Frist
home-soon-none = Keine Fristen
home-answer = Am längsten wartend
home-answer-all = Alle, die auf uns warten
home-answer-none = Niemand wartet auf eine Antwort.
home-opened = Meldungen der letzten 30 Tage
home-others = Andere
home-no_figures = Noch keine Zahlen: Tage werden gezählt, wenn sie vorbei sind (UTC).
home-table = Als Tabelle
home-day = Tag
home-mean = Durchschnitt
home-of_reports =
    { $n ->
        [one] aus { $n } Meldung
       *[other] aus { $n } Meldungen
    }
home-time_to_answer = Zeit bis zur ersten Antwort
home-time_to_close = Zeit bis zum Abschluss
home-state = Systemstatus
home-mail = Ausgehende E-Mails
home-panels = Panels
home-panel = Panel { $name }
home-directory = Verzeichnis { $name }
home-set_up = eingerichtet
home-not_set_up = nicht eingerichtet
home-by_hand = Sperrungen von Hand
home-read = gelesen
home-unreadable = nicht lesbar
home-never_read = noch nicht gelesen
home-dead_job = Fehlgeschlagen: { $kind } { $key }
home-mails = im Eingang wartend
home-attention = Meldungen brauchen Aufmerksamkeit
