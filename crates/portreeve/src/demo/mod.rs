//! `portreeve demo`: the whole desk on embedded defaults, with sample data, over real HTTP.

mod complaints;
mod http;
mod sample;
mod whmcs;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use portreeve_whmcs_simulator::Simulator;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::net::TcpListener;
use toml::Table;

use crate::cli::say;
use crate::config::Config;
use crate::serve::{self, Running, StopSignal};

pub(crate) use crate::cli::DemoArgs;

/// The port that is tried first, and how many after it.
const FIRST_PORT: u16 = 8080;
const PORTS: u16 = 100;

/// What a demo needs to be shown again: kept in its own folder, which holds nothing real.
#[derive(Debug, Serialize, Deserialize)]
struct Login {
    staff: String,
    password: String,
    api_id: String,
}

/// Runs the demo.
pub(crate) async fn run(args: DemoArgs) -> Result<()> {
    let mut stop = StopSignal::listen()?;
    let folder = Folder::open(args.data.as_deref())?;
    let listener = listen(args.listen).await?;
    let billing = if args.whmcs { Some(whmcs::start(sample::SERVICES).await?) } else { None };
    let panel = match &billing {
        Some(billing) => whmcs::options(&billing.url()),
        None => "[[enforcer]]\nkind = \"record\"\n".to_owned(),
    };
    let config = Config::parse(options(folder.path(), listener.local_addr()?, &panel)?)?;
    crate::log::init(&config, false);
    say(format!("Data folder: {}", folder.path().display()))?;
    let running = serve::start(&config, listener).await?;
    let result = tokio::select! {
        result = show(&running, folder.path(), billing.as_ref(), args.once) => result,
        // Asked to stop before everything was shown: that is no failure, and the folder is removed.
        () = stop.wait() => Ok(()),
    };
    running.stop().await?;
    result
}

async fn show(
    running: &Running,
    folder: &Path,
    billing: Option<&Simulator>,
    once: bool,
) -> Result<()> {
    let login = match known_login(folder)? {
        Some(login) => login,
        None => {
            // With a panel the folder is a new one, and the desk has looked at its services by now.
            if billing.is_none() {
                sample::refuse_if_used(running).await?;
            }
            let login = sample::load(running).await.context("cannot load the sample data")?;
            keep_login(folder, &login)?;
            login
        }
    };
    let Login { staff, password, api_id } = &login;
    let base = format!("http://{}", running.address);
    let url = format!("{base}/modules/addons/abusemanagerpro/includes/api.php");
    let body = "action=create&service_id=101&category=Spam&suspend_method=immediate\
                &additional_info=Unwanted+mail+from+your+server&admin_notes=Only+staff+see+this";
    // With a billing system the customer may pay to have the service back.
    let pays = if billing.is_some() { "&pay_to_unsuspend=1" } else { "" };
    let body = &format!("{body}{pays}");
    say(format!(
        "\nOne report through the drop-in endpoint:\n\nPOST {url}\nAPI_ID: {api_id}\n\n{body}\n"
    ))?;
    let answer = http::post_form(running.address, &url, api_id, body).await?;
    say(format!("Answer: {answer}"))?;
    let made = sample::check_answer(&answer)?;
    sample::wait_until_suspended(running, made).await?;
    match billing {
        None => say(format!(
            "Report #{made} has suspended its service (the demo's enforcer only records it)."
        ))?,
        Some(billing) => say(format!(
            "Report #{made} has suspended its service in the simulated WHMCS at {url}\n\n\
             What it shows:        curl {url}simulator/services\n\
             What changed there:   curl {url}simulator/changes\n\
             Pay for service 106:  curl -d '{{\"pay\": 106}}' {url}simulator/\n\
             Its customer can pay 25.00 USD to unsuspend it, with the link in the mail about report #{made}.",
            url = billing.url(),
        ))?,
    }
    say(format!(
        "\nStaff area:    {base}/admin\nName:          {staff}\nPassword:      {password}\n\n\
         Public page:   {base}/\nReport abuse:  {base}/report-abuse\nHealth:        {base}/readyz\n\
         Sent mail:     {}\nAPI ID:        {api_id}\n\n\
         Customers use the links in their mails:\n  grep -rhoE 'http://[^ ]+/client/r/[0-9a-f]+' {mails}\n\n\
         Try it:\n  curl -H 'API_ID: {api_id}' -d action=create -d service_id=103 -d category=Spam {url}\n  \
         PORTREEVE_DATA_DIR={} portreeve report list",
        folder.join("mail").display(),
        folder.display(),
        mails = folder.join("mail").display(),
    ))?;
    if once {
        return Ok(());
    }
    say("\nThe desk runs until you press Ctrl-C.")?;
    std::future::pending().await
}

/// The demo's folder: a temporary one is removed at the end, a named one is kept.
enum Folder {
    Temporary(TempDir),
    Named(PathBuf),
}

impl Folder {
    fn open(named: Option<&Path>) -> Result<Self> {
        match named {
            Some(path) => {
                crate::wire::make_data_dir(path)?;
                let path = path
                    .canonicalize()
                    .with_context(|| format!("cannot use {}", path.display()))?;
                Ok(Self::Named(path))
            }
            None => {
                let mut folder = tempfile::Builder::new();
                folder.prefix("portreeve-demo-");
                #[cfg(unix)]
                folder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
                Ok(Self::Temporary(folder.tempdir().context("cannot make a temporary folder")?))
            }
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Temporary(folder) => folder.path(),
            Self::Named(path) => path,
        }
    }
}

async fn listen(wanted: Option<SocketAddr>) -> Result<TcpListener> {
    if let Some(address) = wanted {
        return TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot listen on {address}"));
    }
    for port in FIRST_PORT..FIRST_PORT + PORTS {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        match TcpListener::bind(address).await {
            Ok(listener) => {
                if port != FIRST_PORT {
                    say(format!("Port {FIRST_PORT} is in use; this demo uses {port}."))?;
                }
                return Ok(listener);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error).with_context(|| format!("cannot listen on {address}")),
        }
    }
    Err(crate::cli::failure("no free port was found", "choose one with --listen"))
}

fn options(folder: &Path, address: SocketAddr, panel: &str) -> Result<Table> {
    let text = format!(
        "[server]\nlisten = \"{address}\"\npublic_url = \"http://{address}\"\n\
         [log]\nlevel = \"warn\"\n\
         {panel}\
         [mail.out]\nkind = \"folder\"\nfrom = \"Abuse desk <abuse@example.com>\"\n"
    );
    let mut table: Table = text.parse().context("the demo's options are not valid TOML")?;
    let folder = toml::Value::String(folder.to_string_lossy().into_owned());
    table.insert("data_dir".to_owned(), folder);
    Ok(table)
}

fn login_file(folder: &Path) -> PathBuf {
    folder.join("demo-login.json")
}

fn known_login(folder: &Path) -> Result<Option<Login>> {
    match std::fs::read_to_string(login_file(folder)) {
        Ok(text) => {
            Ok(Some(serde_json::from_str(&text).context("demo-login.json cannot be read")?))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).context("demo-login.json cannot be read"),
    }
}

fn keep_login(folder: &Path, login: &Login) -> Result<()> {
    let text = serde_json::to_string_pretty(login)?;
    std::fs::write(login_file(folder), text).context("cannot write demo-login.json")
}
