//! System packages that the tests need. Installed where that is allowed; named where it is not.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::postgres;

/// A program that the tests run, how to see that it is there, and the Debian packages that have it.
struct Need {
    what: &'static str,
    is_there: fn() -> bool,
    packages: &'static [&'static str],
}

const NEEDS: &[Need] = &[
    Need {
        what: "PostgreSQL's server",
        is_there: || postgres::programs().is_some(),
        packages: &["postgresql"],
    },
    Need {
        what: "php with curl",
        is_there: || succeeds("php", &["-r", "exit(function_exists('curl_init') ? 0 : 1);"]),
        packages: &["php-cli", "php-curl"],
    },
    Need {
        what: "php with SQLite",
        is_there: || succeeds("php", &["-r", "exit(extension_loaded('pdo_sqlite') ? 0 : 1);"]),
        packages: &["php-sqlite3"],
    },
    Need {
        what: "python3 with venv",
        is_there: || succeeds("python3", &["-c", "import ensurepip, venv"]),
        packages: &["python3-venv"],
    },
    Need { what: "node", is_there: || succeeds("node", &["--version"]), packages: &["nodejs"] },
    Need { what: "npm", is_there: || succeeds("npm", &["--version"]), packages: &["npm"] },
    Need {
        what: "MariaDB's server",
        // What makes its first tables asks a program of the client's package for the defaults.
        is_there: || {
            succeeds("/usr/sbin/mariadbd", &["--no-defaults", "--version"])
                && succeeds("my_print_defaults", &["--version"])
        },
        packages: &["mariadb-server-core", "mariadb-client-core"],
    },
    Need {
        what: "Dovecot",
        is_there: || succeeds("/usr/sbin/dovecot", &["--version"]),
        packages: &["dovecot-imapd"],
    },
    Need {
        what: "nginx",
        is_there: || succeeds("/usr/sbin/nginx", &["-v"]),
        packages: &["nginx-light"],
    },
    Need {
        what: "Apache",
        is_there: || succeeds("/usr/sbin/apache2", &["-v"]),
        packages: &["apache2-bin"],
    },
    Need {
        what: "faketime",
        is_there: || succeeds("faketime", &["-f", "+1d", "true"]),
        packages: &["faketime"],
    },
    Need {
        what: "pdftotext",
        is_there: || succeeds("pdftotext", &["-v"]),
        packages: &["poppler-utils"],
    },
    Need { what: "kill", is_there: || succeeds("kill", &["-l"]), packages: &["procps"] },
    Need {
        what: "chromium",
        is_there: || succeeds("chromium", &["--version"]),
        packages: &["chromium"],
    },
    Need {
        what: "Chromium's driver",
        is_there: || succeeds("chromedriver", &["--version"]),
        packages: &["chromium-driver"],
    },
];

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Makes sure that everything is there.
pub fn ensure() -> Result<()> {
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !(need.is_there)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    let names = packages.join(" ");
    println!("xtask: installing system packages for the tests: {names}");
    let updated = apt(&["update"]);
    let installed =
        updated && apt(&[&["install", "-y", "--no-install-recommends"], &packages[..]].concat());
    let still: Vec<&str> =
        missing.iter().filter(|need| !(need.is_there)()).map(|need| need.what).collect();
    if still.is_empty() {
        return Ok(());
    }
    let how = if installed { "was installed but does not work" } else { "could not be installed" };
    bail!("{} {how}; install it by hand: apt-get install {names}", still.join(", "));
}

/// Runs apt-get, by sudo where we are not root. Whether it succeeded.
fn apt(arguments: &[&str]) -> bool {
    let prefix: &[&str] = if is_root() { &[] } else { &["sudo", "-n"] };
    let words =
        [prefix, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"], arguments].concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).stdin(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Whether this process is root.
pub fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
