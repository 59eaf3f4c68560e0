//! What there is at the start.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::shape::{Shape, Version};
use crate::world::{Client, Credential, Currency, Product, Server, Service};

/// The seed file. Fields are named as WHMCS names them; what is left out is empty.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    /// Customers.
    pub clients: Vec<Client>,
    /// What is sold.
    pub products: Vec<Product>,
    /// Machines.
    pub servers: Vec<Server>,
    /// What customers hold.
    pub services: Vec<Service>,
    /// The first is the primary one.
    pub currencies: Vec<Currency>,
    /// Who may call.
    pub credentials: Vec<Credential>,
    /// From where; absent: from everywhere.
    pub allowed_ips: Option<Vec<IpAddr>>,
    /// `$api_access_key` of the configuration.
    pub access_key: Option<String>,
    /// How lists and numbers look.
    pub shape: Shape,
    /// Whose answers are given where versions differ.
    pub version: Version,
}

impl Seed {
    /// Reads a seed file.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// A small host: two customers, a product with a module and one without, five services, one
    /// credential (`simulator` / `simulator`).
    pub fn small() -> Self {
        let client = |id, firstname: &str, lastname: &str, language: &str| Client {
            id,
            firstname: firstname.into(),
            lastname: lastname.into(),
            email: format!("customer{id}@example.com"),
            language: language.into(),
            ..Client::default()
        };
        let service = |id, clientid, domain: &str, dedicatedip: &str| Service {
            id,
            clientid,
            pid: 1,
            serverid: 1,
            domain: domain.into(),
            username: format!("user{id}"),
            dedicatedip: dedicatedip.into(),
            ..Service::default()
        };
        Self {
            clients: vec![
                client(1, "Ada", "O'Byrne", "english"),
                client(2, "Max", "Müller & Co", "german"),
            ],
            products: vec![
                Product { pid: 1, gid: 1, name: "Starter".into(), module: "cpanel".into() },
                Product { pid: 2, gid: 1, name: "Colocation".into(), module: String::new() },
            ],
            servers: vec![Server {
                id: 1,
                name: "Saturn".into(),
                hostname: "saturn.example.com".into(),
                ipaddress: "203.0.113.1".into(),
            }],
            services: vec![
                service(1, 1, "shop.example.com", "192.0.2.1"),
                service(2, 1, "blog.example.com", ""),
                Service {
                    assignedips: "192.0.2.16/29\r\n198.51.100.7".into(),
                    ..service(3, 2, "vps3.example.com", "192.0.2.3")
                },
                Service { pid: 2, ..service(4, 2, "", "192.0.2.4") },
                service(5, 2, "mail.example.com", "2001:db8::5"),
            ],
            currencies: vec![Currency { id: 1, code: "USD".into(), rate: "1.00000".into() }],
            credentials: vec![Credential {
                identifier: "simulator".into(),
                secret: "simulator".into(),
                actions: vec!["*".into()],
            }],
            ..Self::default()
        }
    }

    /// Adds made-up services, each with an address of its own, ten to a customer.
    pub fn add_services(&mut self, count: i64) {
        let first_client = self.clients.iter().map(|c| c.id).max().unwrap_or(0) + 1;
        let first = self.services.iter().map(|s| s.id).max().unwrap_or(0) + 1;
        for n in 0..count {
            let clientid = first_client + n / 10;
            if n % 10 == 0 {
                self.clients.push(Client {
                    id: clientid,
                    firstname: "Customer".into(),
                    lastname: clientid.to_string(),
                    email: format!("customer{clientid}@example.com"),
                    ..Client::default()
                });
            }
            let id = first + n;
            // 10.0.0.0/8 has room for sixteen million.
            let address = std::net::Ipv4Addr::from(0x0a00_0000 + u32::try_from(id).unwrap_or(0));
            self.services.push(Service {
                id,
                clientid,
                pid: 1,
                serverid: 1,
                domain: format!("host{id}.example.com"),
                username: format!("user{id}"),
                dedicatedip: address.to_string(),
                ..Service::default()
            });
        }
    }
}
