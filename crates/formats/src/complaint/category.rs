//! Kinds of abuse, as they are printed, and what other vocabularies call them.

/// Kinds of abuse. One line each: the variant and its word.
macro_rules! categories {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// A kind of abuse.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
        pub enum Category { $($(#[$doc])* $name,)* }

        impl Category {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its word, as it is printed.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

categories! {
    /// Unsolicited mail, comments or messages.
    Spam = "spam",
    /// A page or mail that steals credentials.
    Phishing = "phishing",
    /// Malicious software is offered or hosted.
    Malware = "malware",
    /// Passwords are tried.
    LoginAttack = "login_attack",
    /// Ports or services are searched for.
    PortScan = "port_scan",
    /// Somebody is flooded.
    Ddos = "ddos",
    /// Part of a botnet: infected, or its controller.
    Botnet = "botnet",
    /// A server or an account that somebody took over.
    Compromised = "compromised",
    /// A service that anybody can reach and should not.
    OpenService = "open_service",
    /// Software with a known hole, or a dangerous configuration.
    Vulnerable = "vulnerable",
    /// Pages are copied by machines.
    Scraping = "scraping",
    /// Works are shared without permission.
    Copyright = "copyright",
    /// A mark or brand is used without permission.
    Trademark = "trademark",
    /// Deception for money.
    Fraud = "fraud",
    /// Images of child sexual abuse.
    Csam = "csam",
    /// Other sexual exploitation of children.
    ChildExploitation = "child_exploitation",
    /// Data that should not be public is.
    ExposedData = "exposed_data",
    /// On a block list.
    Blocklisted = "blocklisted",
    /// Threats, insults, doxxing.
    Harassment = "harassment",
    /// None of these, or nothing says which.
    #[default]
    Other = "other",
}
