//! The WHMCS of `demo --whmcs`: the simulator, with the demo's customers and services.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, Result};
use portreeve_whmcs_simulator::{
    Client, Credential, Currency, Product, Seed, Server, Service, Simulator, Status,
};

/// What the desk calls it with.
const SECRET: &str = "demo";

/// Starts it on any free port.
pub(super) async fn start(services: &str) -> Result<Simulator> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Simulator::start(address, seed(services)?).await.context("cannot start the simulated WHMCS")
}

/// The part of the configuration that leads to it.
pub(super) fn options(url: &str) -> String {
    format!(
        "[[directory]]\nname = \"main\"\nkind = \"whmcs\"\nurl = \"{url}\"\nidentifier = \"{SECRET}\"\nsecret = \"{SECRET}\"\n\
         [[enforcer]]\nkind = \"whmcs\"\n"
    )
}

/// What the directory file says, as WHMCS would have it.
fn seed(services: &str) -> Result<Seed> {
    let mut seed = Seed {
        products: vec![Product {
            pid: 1,
            gid: 1,
            name: "Hosting".to_owned(),
            module: "cpanel".to_owned(),
        }],
        currencies: vec![Currency { id: 1, code: "USD".to_owned(), rate: "1.00000".to_owned() }],
        credentials: vec![Credential {
            identifier: SECRET.to_owned(),
            secret: SECRET.to_owned(),
            actions: vec!["*".to_owned()],
        }],
        ..Seed::default()
    };
    let mut clients: BTreeMap<String, i64> = BTreeMap::new();
    let mut servers: BTreeMap<String, i64> = BTreeMap::new();
    let mut reader = csv::Reader::from_reader(services.as_bytes());
    for row in reader.deserialize() {
        let row: BTreeMap<String, String> = row?;
        let field = |name: &str| row.get(name).cloned().unwrap_or_default();
        let clientid = number(&mut clients, field("customer_id"));
        if seed.clients.iter().all(|client| client.id != clientid) {
            seed.clients.push(Client {
                id: clientid,
                firstname: field("customer_name"),
                email: field("customer_email"),
                language: if field("language") == "de" { "german" } else { "english" }.to_owned(),
                ..Client::default()
            });
        }
        let serverid = number(&mut servers, field("server"));
        let status = match field("status").as_str() {
            "suspended" => Status::Suspended,
            "terminated" => Status::Terminated,
            _ => Status::Active,
        };
        let overdue = if status == Status::Suspended { "Overdue on Payment" } else { "" };
        seed.services.push(Service {
            id: field("service_id").parse()?,
            clientid,
            pid: 1,
            serverid,
            domain: field("domain"),
            username: field("username"),
            dedicatedip: field("dedicated_ip"),
            assignedips: field("assigned_ips"),
            status,
            suspensionreason: overdue.to_owned(),
            ..Service::default()
        });
    }
    seed.servers =
        servers.into_iter().map(|(name, id)| Server { id, name, ..Server::default() }).collect();
    Ok(seed)
}

/// The number of a text; a new text gets the next one.
fn number(known: &mut BTreeMap<String, i64>, text: String) -> i64 {
    let next = i64::try_from(known.len()).unwrap_or(i64::MAX - 1) + 1;
    *known.entry(text).or_insert(next)
}
