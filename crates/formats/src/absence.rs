//! Notes that somebody is away, from programs that mark nothing as automatic. They are told by words, which people use,
//! too: such a mail is for people to look at, never to be passed over.

/// Lines below the greeting in which the words are looked for, and characters.
const FIRST_LINES: usize = 6;
const FIRST_CHARACTERS: usize = 600;

/// Words of a language, in lower case.
struct Words {
    /// What subjects begin with, behind `Re:` and the like.
    subjects: &'static [&'static str],
    /// What stands in a first line.
    lines: &'static [&'static str],
}

const LANGUAGES: [(&str, Words); 10] = [
    (
        "en",
        Words {
            subjects: &[
                "out of office",
                "out of the office",
                "out-of-office",
                "automatic reply",
                "automatic response",
                "auto reply",
                "auto-reply",
                "autoreply",
                "auto response",
                "autoresponse",
                "away from",
                "away until",
                "on vacation",
                "vacation",
                "on holiday",
                "on leave",
                "annual leave",
                "absence",
                "i am away",
                "i'm away",
            ],
            lines: &[
                "out of the office",
                "out of office",
                "away from the office",
                "away from my desk",
                "not in the office",
                "am on vacation",
                "i'm on vacation",
                "be on vacation",
                "currently on vacation",
                "am on holiday",
                "i'm on holiday",
                "be on holiday",
                "on annual leave",
                "on parental leave",
                "on maternity leave",
                "on sick leave",
                "i am on leave",
                "i'm on leave",
                "i am currently away",
                "i'm currently away",
                "i am away until",
                "i am away from",
                "i will be away",
                "limited access to my e-mail",
                "limited access to my email",
                "limited access to email",
                "this is an automatic reply",
                "this is an automated reply",
                "this is an automated response",
                "this is an automatic response",
                "upon my return",
                "when i return",
                "no longer with the company",
                "no longer works at",
                "i no longer work",
                "no longer work at",
                "no longer work for",
                "was read on",
                "this is a return receipt",
                "ticket has been created",
                "ticket has been opened",
                "have received your request",
                "your request has been received",
            ],
        },
    ),
    (
        "de",
        Words {
            subjects: &[
                "abwesenheit",
                "automatische antwort",
                "autoantwort",
                "automatische rückmeldung",
                "urlaub",
                "im urlaub",
                "außer haus",
                "ausser haus",
                "nicht im büro",
                "nicht im haus",
                "ich bin im urlaub",
                "ich bin abwesend",
            ],
            lines: &[
                "nicht im büro",
                "nicht im buero",
                "nicht im haus",
                "nicht am arbeitsplatz",
                "außer haus",
                "ausser haus",
                "bin im urlaub",
                "ich im urlaub",
                "mich im urlaub",
                "derzeit im urlaub",
                "in elternzeit",
                "im mutterschutz",
                "auf dienstreise",
                "ich bin abwesend",
                "ich bin derzeit abwesend",
                "ich bin zurzeit abwesend",
                "ich bin momentan abwesend",
                "ich bin aktuell abwesend",
                "ich bin bis zum",
                "ich bin bis einschließlich",
                "ich bin ab dem",
                "bin ich wieder erreichbar",
                "ich wieder erreichbar bin",
                "ich bin derzeit nicht erreichbar",
                "ich bin zurzeit nicht erreichbar",
                "ich bin zur zeit nicht erreichbar",
                "bin ich nicht erreichbar",
                "wieder im büro",
                "wieder im haus",
                "nicht mehr im unternehmen",
                "ihre e-mail wird nicht weitergeleitet",
                "ihre e-mail wird nicht automatisch weitergeleitet",
                "automatische antwort",
                "diese nachricht wurde automatisch",
                "diese e-mail wurde automatisch",
                "abwesenheitsnotiz",
                "in meiner abwesenheit",
                "während meiner abwesenheit",
                "nachricht wurde gelesen",
                "wurde gelesen am",
                "ticket wurde erstellt",
                "ticket wurde eröffnet",
                "ihre anfrage ist bei uns eingegangen",
                "wir haben ihre anfrage erhalten",
            ],
        },
    ),
    (
        "fr",
        Words {
            subjects: &[
                "absence",
                "réponse automatique",
                "reponse automatique",
                "absent",
                "message d'absence",
                "en congé",
                "congés",
                "en vacances",
                "hors du bureau",
            ],
            lines: &[
                "je suis absent",
                "je suis actuellement absent",
                "je suis en congé",
                "je suis actuellement en congé",
                "je suis en vacances",
                "je serai absent",
                "absente du bureau",
                "absent du bureau",
                "en mon absence",
                "pendant mon absence",
                "de retour le",
                "à mon retour",
                "réponse automatique",
                "est un message automatique",
            ],
        },
    ),
    (
        "es",
        Words {
            subjects: &[
                "respuesta automática",
                "respuesta automatica",
                "fuera de la oficina",
                "fuera de oficina",
                "ausencia",
                "ausente",
                "de vacaciones",
                "vacaciones",
            ],
            lines: &[
                "fuera de la oficina",
                "fuera de oficina",
                "no estoy en la oficina",
                "no me encuentro en la oficina",
                "estoy de vacaciones",
                "estaré de vacaciones",
                "me encuentro de vacaciones",
                "estoy ausente",
                "estaré ausente",
                "me encuentro ausente",
                "durante mi ausencia",
                "a mi regreso",
                "a mi vuelta",
                "respuesta automática",
                "es un mensaje automático",
            ],
        },
    ),
    (
        "it",
        Words {
            subjects: &[
                "risposta automatica",
                "fuori ufficio",
                "fuori sede",
                "assenza",
                "assente",
                "in ferie",
                "ferie",
                "fuori dall'ufficio",
            ],
            lines: &[
                "fuori ufficio",
                "fuori dall'ufficio",
                "fuori sede",
                "sono in ferie",
                "sarò in ferie",
                "sono assente",
                "sarò assente",
                "sono attualmente assente",
                "durante la mia assenza",
                "in mia assenza",
                "al mio rientro",
                "al mio ritorno",
                "risposta automatica",
                "è un messaggio automatico",
            ],
        },
    ),
    (
        "nl",
        Words {
            subjects: &[
                "automatisch antwoord",
                "automatische antwoord",
                "automatische reactie",
                "afwezig",
                "niet op kantoor",
                "op vakantie",
                "vakantie",
                "buiten kantoor",
            ],
            lines: &[
                "niet op kantoor",
                "ik ben niet aanwezig",
                "ik ben afwezig",
                "ik ben momenteel afwezig",
                "ben ik afwezig",
                "op vakantie",
                "met vakantie",
                "met verlof",
                "tijdens mijn afwezigheid",
                "bij mijn terugkeer",
                "automatisch antwoord",
                "is een automatisch bericht",
            ],
        },
    ),
    (
        "pl",
        Words {
            subjects: &["autoodpowiedź", "automatyczna odpowiedź", "nieobecność", "urlop"],
            lines: &[
                "jestem nieobecn",
                "jestem poza biurem",
                "przebywam na urlopie",
                "jestem na urlopie",
                "podczas mojej nieobecności",
                "wiadomość automatyczna",
            ],
        },
    ),
    (
        "pt",
        Words {
            subjects: &[
                "resposta automática",
                "ausência",
                "fora do escritório",
                "ausente",
                "férias",
            ],
            lines: &[
                "fora do escritório",
                "estou de férias",
                "estarei de férias",
                "estou ausente",
                "estarei ausente",
                "durante a minha ausência",
                "resposta automática",
            ],
        },
    ),
    (
        "sv",
        Words {
            subjects: &["autosvar", "automatiskt svar", "frånvaro", "ej på kontoret"],
            lines: &[
                "inte på kontoret",
                "jag är på semester",
                "jag har semester",
                "jag är ledig",
                "jag är bortrest",
                "under min frånvaro",
                "automatiskt svar",
                "åter på kontoret",
            ],
        },
    ),
    (
        "ru",
        Words {
            subjects: &["автоответ", "автоматический ответ", "в отпуске", "отсутствие"],
            lines: &[
                "я в отпуске",
                "нахожусь в отпуске",
                "меня нет в офисе",
                "отсутствую в офисе",
                "отсутствую на рабочем месте",
                "во время моего отсутствия",
                "автоматический ответ",
            ],
        },
    ),
];

/// What programs put before the subject of an answer, in lower case.
const ANSWERS: [&str; 12] =
    ["re:", "aw:", "fw:", "fwd:", "wg:", "sv:", "vs:", "antw:", "rif:", "res:", "odp:", "tr:"];

/// Whether a mail reads as if a program had written that somebody is away.
pub(crate) fn is_note(subject: &str, said: &str) -> bool {
    let subject = unaccented(&plain(subject));
    let subject = without_answers(&subject);
    let lines = said.lines().filter(|line| !line.trim().is_empty()).take(FIRST_LINES);
    let first: String =
        lines.flat_map(|line| line.chars().chain([' '])).take(FIRST_CHARACTERS).collect();
    let first = unaccented(&plain(&first));
    LANGUAGES.iter().any(|(_, words)| {
        words.subjects.iter().any(|begin| begins_with(subject, &unaccented(begin)))
            || words.lines.iter().any(|words| first.contains(&unaccented(words)))
    })
}

/// Lower case, one apostrophe, one blank.
fn plain(text: &str) -> String {
    let text: Vec<_> = text.split_whitespace().collect();
    text.join(" ").to_lowercase().replace('\u{2019}', "'")
}

/// Without the accents that people leave out.
fn unaccented(text: &str) -> String {
    let letter = |c| match c {
        'à' | 'á' | 'â' | 'ã' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' => 'o',
        'ù' | 'ú' | 'û' => 'u',
        c => c,
    };
    text.chars().map(letter).collect()
}

fn without_answers(subject: &str) -> &str {
    let mut rest = subject;
    while let Some(shorter) = ANSWERS.iter().find_map(|answer| rest.strip_prefix(answer)) {
        rest = shorter.trim_start();
    }
    rest
}

/// Whether a subject begins with these words, or with a longer one that begins with the last of them, as German puts them
/// together (`Abwesenheitsnotiz`).
fn begins_with(subject: &str, words: &str) -> bool {
    subject.trim_start_matches(['[', '(', '*', '"', '!', ' ']).starts_with(words)
}

#[cfg(test)]
mod tests {
    use super::is_note;

    #[test]
    fn notes_of_absence_are_told_by_their_words_in_many_languages() {
        for (subject, said) in [
            ("Automatic reply: [abuse #1] Spam", ""),
            ("Re: Out of Office: [abuse #1]", "Hello"),
            ("Re: [abuse #1]", "Hello,\n\nI\u{2019}m currently away\nuntil Monday."),
            ("Re: [abuse #1]", "Thank you for your mail. I am out of the office until 3 January."),
            ("Abwesenheitsnotiz: [abuse #1]", "x"),
            ("AW: Automatische Antwort: x", "x"),
            ("Re: [abuse #1]", "Guten Tag,\nich bin derzeit nicht im Büro."),
            ("Réponse automatique : [abuse #1]", "x"),
            ("Re: x", "Bonjour,\nje suis absente du bureau jusqu'au 3 janvier."),
            ("Respuesta automática: x", "x"),
            ("x", "Hola, estoy de vacaciones hasta el lunes."),
            ("Risposta automatica: x", "x"),
            ("x", "Buongiorno,\nsono in ferie fino a lunedì."),
            ("Automatisch antwoord: x", "x"),
            ("x", "Beste,\nIk ben momenteel afwezig."),
            ("Autoodpowiedź: x", "x"),
            ("x", "Hola, no estoy en la oficina hasta el lunes."),
            ("x", "Bonjour, je suis actuellement en conge."),
            ("x", "I no longer work at Example Ltd."),
            ("Autosvar: x", "x"),
            ("x", "Hej, jag är på semester till måndag."),
            ("Автоответ: x", "x"),
            ("x", "Здравствуйте, я в отпуске до понедельника."),
            ("Read: x", "Your message was read on Monday."),
            ("Gelesen: x", "Ihre Nachricht wurde gelesen."),
            ("x", "Thank you. A ticket has been created for you."),
        ] {
            assert!(is_note(subject, said), "{subject}: {said}");
        }
    }

    #[test]
    fn what_people_write_about_their_servers_is_none() {
        for (subject, said) in [
            ("Re: [abuse #1] Out of office mails sent by your server", "The script is gone."),
            ("Re: [abuse #1]", "We have removed the account and changed all passwords."),
            ("AW: [abuse #1]", "Das Plugin ist entfernt. Bitte schließen."),
            ("AW: [abuse #1]", "Der Server ist neu aufgesetzt und wieder erreichbar."),
            (
                "Re: [abuse #1]",
                "The old plugin no longer works for spammers; its owner was on vacation.",
            ),
            ("Antw: [abuse #1]", "Het bestand is niet aanwezig."),
            ("Re: [abuse #1]", "Le script a été supprimé."),
            ("Re: [abuse #1]", ""),
            ("", "ok"),
        ] {
            assert!(!is_note(subject, said), "{subject}: {said}");
        }
    }
}
