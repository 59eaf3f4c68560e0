//! `[[payment]]`: whoever takes the money of customers who pay to have a service back.

use portreeve_connect::outbound::Poster;

use super::{ConfigError, DirectoryConfig, DirectoryKind, Section, bad, webhook};

/// Somebody who takes money.
#[derive(Debug, Clone)]
pub(crate) struct PaymentConfig {
    pub(crate) name: String,
    pub(crate) directories: Vec<String>,
    pub(crate) kind: PaymentKind,
}

/// Of what kind.
#[derive(Debug, Clone)]
pub(crate) enum PaymentKind {
    /// Invoices in the WHMCS of the directory.
    Whmcs {
        payment_method: Option<String>,
        taxed: bool,
    },
    Webhook(Box<Poster>),
}

/// Takes all `[[payment]]` sections. Customers of a WHMCS that none of them serves pay there.
pub(super) fn payments(
    root: &mut Section,
    directories: &[DirectoryConfig],
) -> Result<Vec<PaymentConfig>, ConfigError> {
    let mut list: Vec<PaymentConfig> = Vec::new();
    for mut section in root.sections("payment")? {
        let word = section.text("kind")?.unwrap_or_default();
        let kind = match word.as_str() {
            "whmcs" => PaymentKind::Whmcs {
                payment_method: section.text("payment_method")?,
                taxed: section.parsed("taxed", "true or false")?.unwrap_or(false),
            },
            "webhook" => PaymentKind::Webhook(Box::new(webhook::poster(&mut section)?)),
            _ => return Err(bad(section.key("kind"), "must be whmcs or webhook")),
        };
        let served = served(&mut section, &kind, directories)?;
        let name = webhook::name(&mut section, &word)?;
        if list.iter().any(|known| known.name == name) {
            return Err(bad(section.key("name"), format!("{name:?} is used twice")));
        }
        section.end()?;
        list.push(PaymentConfig { name, directories: served, kind });
    }
    for directory in directories.iter().filter(|known| is_whmcs(known)) {
        let is_served = |known: &PaymentConfig| {
            known.directories.is_empty() || known.directories.contains(&directory.name)
        };
        if !list.iter().any(is_served) && list.iter().all(|known| known.name != directory.name) {
            list.push(PaymentConfig {
                name: directory.name.clone(),
                directories: vec![directory.name.clone()],
                kind: PaymentKind::Whmcs { payment_method: None, taxed: false },
            });
        }
    }
    Ok(list)
}

fn is_whmcs(directory: &DirectoryConfig) -> bool {
    matches!(directory.kind, DirectoryKind::Whmcs { .. })
}

/// The directories that it serves: those that are named, else all that it can.
fn served(
    section: &mut Section,
    kind: &PaymentKind,
    directories: &[DirectoryConfig],
) -> Result<Vec<String>, ConfigError> {
    let named = section.list("directories")?.unwrap_or_default();
    let key = section.key("directories");
    for name in &named {
        let known = directories.iter().find(|known| known.name == *name);
        let known = known.ok_or_else(|| bad(&*key, format!("there is no directory {name:?}")))?;
        if matches!(kind, PaymentKind::Whmcs { .. }) && !is_whmcs(known) {
            return Err(bad(key, format!("the directory {name:?} is not of kind whmcs")));
        }
    }
    if !named.is_empty() || matches!(kind, PaymentKind::Webhook(_)) {
        return Ok(named);
    }
    let whmcs: Vec<String> =
        directories.iter().filter(|known| is_whmcs(known)).map(|one| one.name.clone()).collect();
    if whmcs.is_empty() {
        return Err(bad(key, "is missing: there is no directory of kind whmcs"));
    }
    Ok(whmcs)
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::{PaymentConfig, PaymentKind};

    const WHMCS: &str = "[[directory]]\nkind='whmcs'\nurl='https://billing.example.com'\nidentifier='a'\nsecret='b'\n";
    const HOOK: &str = "[[payment]]\nkind='webhook'\nurl='https://pay.example.com/hook?key=hunter2'\n\
                        secret='whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'\n";

    fn parse(text: &str) -> Result<Vec<PaymentConfig>, String> {
        let config = Config::parse(text.parse().expect("good TOML"));
        config.map(|config| config.payments).map_err(|error| error.to_string())
    }

    #[test]
    fn customers_of_a_whmcs_pay_there_unless_something_else_is_said() {
        assert!(parse("").expect("good").is_empty());
        let [own] = &parse(WHMCS).expect("good")[..] else { panic!("not one") };
        assert_eq!((own.name.as_str(), &own.directories[..]), ("whmcs", &["whmcs".to_owned()][..]));
        assert!(matches!(own.kind, PaymentKind::Whmcs { taxed: false, .. }));
        let [hook] = &parse(&format!("{WHMCS}{HOOK}")).expect("good")[..] else {
            panic!("not one")
        };
        assert!(matches!(hook.kind, PaymentKind::Webhook(_)));
        assert!(!format!("{hook:?}").contains("hunter2"));
        let named =
            format!("{WHMCS}[[payment]]\nkind='whmcs'\npayment_method='paypal'\ntaxed=true\n");
        let [named] = &parse(&named).expect("good")[..] else { panic!("not one") };
        assert!(
            matches!(&named.kind, PaymentKind::Whmcs { payment_method: Some(method), taxed: true } if method == "paypal")
        );
    }

    #[test]
    fn what_does_not_fit_names_its_option() {
        for (text, said) in [
            ("[[payment]]\nkind='cash'\n".to_owned(), "payment.kind: must be whmcs or webhook"),
            ("[[payment]]\nkind='whmcs'\n".to_owned(), "payment.directories: is missing"),
            (format!("{HOOK}directories=['x']\n"), "payment.directories: there is no directory"),
            (format!("{HOOK}{HOOK}"), "payment.name: \"webhook\" is used twice"),
            (HOOK.replace("secret=", "#"), "payment.secret: is missing"),
            (format!("{HOOK}payment_metod='x'\n"), "unknown option payment.payment_metod"),
        ] {
            let error = parse(&text).expect_err(&text);
            assert!(error.contains(said), "{error}");
        }
    }
}
