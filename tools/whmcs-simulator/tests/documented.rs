//! The simulator answers what WHMCS's documentation says that WHMCS answers.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::collections::BTreeMap;

use portreeve_whmcs_simulator::{Empty, Fault, Ids, Rule, Seed, Shape, Simulator, Status};
use serde_json::Value;
use tokio::task::spawn_blocking;

/// Fields of the documented samples, `a.b[].c`, and what kind each is.
const DOCUMENTED: &str = include_str!("documented-fields.json");

/// Parts of samples that stand for something which the simulated host has none of.
const HAS_NONE: [&str; 6] = [
    "contacts.contact[].",
    "credits.credit[].",
    "products.product[].customfields.customfield[].",
    "products.product[].configoptions.configoption[].",
    "tickets.ticket[].attachments[].",
    "products.product[].pricing.USD.",
];

struct Host {
    simulator: Simulator,
}

impl Host {
    async fn start() -> Self {
        Self::with(Seed::small()).await
    }

    async fn with(seed: Seed) -> Self {
        let simulator = Simulator::start("127.0.0.1:0".parse().unwrap(), seed).await.unwrap();
        Self { simulator }
    }

    /// Status and body of a call with these fields beside the usual ones.
    async fn raw(&self, fields: &[(&str, &str)]) -> (u16, String) {
        let url = format!("{}includes/api.php", self.simulator.url());
        let fields: Vec<(String, String)> =
            fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        spawn_blocking(move || {
            let agent: ureq::Agent =
                ureq::Agent::config_builder().http_status_as_error(false).build().into();
            let mut answer = agent.post(&url).send_form(fields).unwrap();
            (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
        })
        .await
        .unwrap()
    }

    async fn call(&self, action: &str, fields: &[(&str, &str)]) -> Value {
        let usual = [
            ("identifier", "simulator"),
            ("secret", "simulator"),
            ("responsetype", "json"),
            ("action", action),
        ];
        let (_, body) = self.raw(&[&usual[..], fields].concat()).await;
        serde_json::from_str(&body).unwrap()
    }
}

/// `a.b[].c` of everything in a value, with its kind.
fn fields_of(value: &Value, path: &str, found: &mut BTreeMap<String, &'static str>) {
    let kind = match value {
        Value::Object(object) => {
            for (key, value) in object {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                fields_of(value, &path, found);
            }
            return;
        }
        Value::Array(list) => {
            let path = format!("{path}[]");
            for value in list {
                fields_of(value, &path, found);
            }
            found.insert(path, "list");
            return;
        }
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "text",
    };
    found.insert(path.to_owned(), kind);
}

#[tokio::test]
async fn every_action_answers_the_fields_of_its_documented_sample() {
    let host = Host::start().await;
    let documented: BTreeMap<String, BTreeMap<String, String>> =
        serde_json::from_str(DOCUMENTED).unwrap();
    let person = [("firstname", "A"), ("lastname", "B"), ("email", "new@example.com")];
    let item = [("userid", "1"), ("itemdescription1", "x"), ("itemamount1", "15.95")];
    let ticket = [("clientid", "1"), ("deptid", "1"), ("subject", "s"), ("message", "m")];
    let order = [("clientid", "1"), ("pid[0]", "1"), ("domain[0]", "new.example.com")];
    let made = |answer: &Value, key: &str| answer[key].as_str().unwrap().to_owned();
    let invoice = made(&host.call("CreateInvoice", &item).await, "invoiceid");
    let open = made(&host.call("OpenTicket", &ticket).await, "id");
    let ordered = made(&host.call("AddOrder", &order).await, "orderid");
    let client = made(&host.call("AddClient", &person).await, "clientid");
    for (action, sample) in &documented {
        let fields: &[(&str, &str)] = match action.as_str() {
            "addclient" => &[("firstname", "A"), ("lastname", "B"), ("email", "b@example.com")],
            "addclientnote" => &[("userid", "1"), ("notes", "n")],
            "addinvoicepayment" | "capturepayment" | "getinvoice" | "updateinvoice" => {
                &[("invoiceid", &invoice)]
            }
            "addorder" => &order,
            "addticketreply" => &[("ticketid", &open), ("message", "m")],
            "createinvoice" => &item,
            "deleteclient" => &[("clientid", &client)],
            "deleteorder" => &[("orderid", &ordered)],
            "updateticket" => &[("ticketid", &open)],
            // Its own, so that there is still one to be listed.
            "deleteticket" => {
                let other = made(&host.call("OpenTicket", &ticket).await, "id");
                let answer = host.call(action, &[("ticketid", &other)]).await;
                assert_eq!(answer["result"], "success");
                continue;
            }
            "getclientsdetails" | "getcredits" => &[("clientid", "1")],
            "getclientsproducts" => &[("clientid", "1")],
            "modulesuspend" | "moduleunsuspend" | "updateclientproduct" => &[("serviceid", "1")],
            "openticket" => &ticket,
            "sendemail" => &[("messagename", "x")],
            "upgradeproduct" => &[("serviceid", "1"), ("newproductid", "1")],
            _ => &[],
        };
        let answer = host.call(action, fields).await;
        assert_eq!(answer["result"], "success", "{action}: {answer}");
        let mut found = BTreeMap::new();
        fields_of(&answer, "", &mut found);
        for (field, kind) in sample {
            if HAS_NONE.iter().any(|part| field.starts_with(part)) {
                continue;
            }
            // Payments were made by now, so that the empty text has become a list.
            let Some(has) = found.get(field) else {
                let became_a_list = found.keys().any(|key| key.starts_with(&format!("{field}.")));
                assert!(became_a_list, "{action} lacks {field}: {answer}");
                continue;
            };
            let null = kind == "null" || *has == "null";
            assert!(has == kind || null, "{action}: {field} is {has}, documented as {kind}");
        }
    }
}

#[tokio::test]
async fn who_may_not_call_is_told_as_clients_of_whmcs_report_it() {
    let mut seed = Seed::small();
    seed.credentials[0].actions = vec!["getclientsproducts".into()];
    let host = Host::with(seed).await;
    let call = |identifier: &'static str, secret: &'static str, action: &'static str| {
        let host = &host;
        async move {
            let fields = [
                ("identifier", identifier),
                ("secret", secret),
                ("action", action),
                ("responsetype", "json"),
            ];
            let (status, body) = host.raw(&fields).await;
            let body: Value = serde_json::from_str(&body).unwrap();
            (status, body["message"].as_str().unwrap_or_default().to_owned())
        }
    };
    let ok = call("simulator", "simulator", "GetClientsProducts").await;
    assert_eq!(ok, (200, String::new()));
    let said = |text: &str| (403, text.to_owned());
    assert_eq!(call("", "", "GetClients").await, said("Authentication Failed"));
    assert_eq!(call("simulator", "x", "GetClients").await, said("Authentication Failed"));
    assert_eq!(call("x", "x", "GetClients").await, said("Invalid or missing credentials"));
    let not_allowed = "Invalid Permissions: API action \"modulesuspend\" is not allowed";
    assert_eq!(call("simulator", "simulator", "ModuleSuspend").await, said(not_allowed));
    let (status, message) = call("simulator", "simulator", "Nonsense").await;
    assert_eq!(
        (status, message.as_str()),
        (200, "Invalid API Action: \"nonsense\" is not a valid API action")
    );
    host.simulator.world().allowed_ips = Some(Vec::new());
    assert_eq!(call("simulator", "simulator", "GetClients").await, said("Invalid IP 127.0.0.1"));
    host.simulator.world().access_key = Some("key!".into());
    let fields = [
        ("username", "simulator"),
        ("password", "simulator"),
        ("accesskey", "key!"),
        ("action", "GetClientsProducts"),
        ("responsetype", "json"),
    ];
    assert_eq!(host.raw(&fields).await.0, 200);
}

#[tokio::test]
async fn module_actions_err_as_documented_and_a_suspension_says_why() {
    let host = Host::start().await;
    let message = |answer: &Value| answer["message"].as_str().unwrap_or_default().to_owned();
    let said = message(&host.call("ModuleSuspend", &[]).await);
    assert_eq!(said, "Service ID is required");
    let said = message(&host.call("ModuleSuspend", &[("serviceid", "99")]).await);
    assert_eq!(said, "Service ID not found");
    let said = message(&host.call("ModuleSuspend", &[("serviceid", "4")]).await);
    assert_eq!(said, "Service not assigned to a module");
    host.simulator.world().services.get_mut(&2).unwrap().module_error = Some("No room".into());
    let said = message(&host.call("ModuleSuspend", &[("accountid", "2")]).await);
    assert_eq!(said, "No room");
    let fields = [("serviceid", "1"), ("suspendreason", "[abuse #7] Spam & more")];
    assert_eq!(host.call("ModuleSuspend", &fields).await["result"], "success");
    let shown = host.call("GetClientsProducts", &[("serviceid", "1")]).await;
    let row = &shown["products"]["product"][0];
    assert_eq!(row["status"], "Suspended");
    assert_eq!(row["suspensionreason"], "[abuse #7] Spam &amp; more");
    host.simulator.world().pay(1);
    assert_eq!(host.simulator.world().services[&1].status, Status::Suspended);
    assert_eq!(host.call("ModuleUnsuspend", &[("serviceid", "1")]).await["result"], "success");
    assert_eq!(host.simulator.world().changes.len(), 2);
}

#[tokio::test]
async fn lists_take_every_shape_that_was_seen() {
    let host = Host::start().await;
    let shape = |empty, ids, holes| Shape { ids, empty, holes, entities: true };
    host.simulator.world().shape = shape(Empty::Text, Ids::Numbers, true);
    let full = host.call("GetClientsProducts", &[("clientid", "1")]).await;
    assert_eq!(full["products"]["product"]["0"]["id"], 1);
    assert_eq!(full["products"]["product"]["2"]["clientid"], 1);
    assert_eq!(full["totalresults"], 2);
    for (empty, expected) in [
        (Empty::Text, Value::from("")),
        (Empty::OuterList, serde_json::json!([])),
        (Empty::Object, serde_json::json!({ "product": {} })),
        (Empty::List, serde_json::json!({ "product": [] })),
        (Empty::Missing, Value::Null),
    ] {
        host.simulator.world().shape = shape(empty, Ids::Strings, false);
        let answer = host.call("GetClientsProducts", &[("clientid", "77")]).await;
        assert_eq!(answer["products"], expected, "{empty:?}");
        assert_eq!(answer["numreturned"], "0");
    }
}

#[tokio::test]
async fn what_goes_wrong_goes_wrong_before_or_after_as_asked() {
    let host = Host::start().await;
    let rule = |fault| Rule::next(&["modulesuspend"], fault, 1);
    let status = |host: &Host| host.simulator.world().services[&1].status;
    let fields = [
        ("identifier", "simulator"),
        ("secret", "simulator"),
        ("responsetype", "json"),
        ("action", "ModuleSuspend"),
        ("serviceid", "1"),
    ];
    for (fault, http, after) in [
        (Fault::Html200, 200, Status::Active),
        (Fault::Forbidden, 403, Status::Active),
        (Fault::Html500Before, 500, Status::Active),
        (Fault::Html500After, 500, Status::Suspended),
    ] {
        host.simulator.world().faults.rules = vec![rule(fault)];
        assert_eq!(host.raw(&fields).await.0, http, "{fault:?}");
        assert_eq!(status(&host), after, "{fault:?}");
    }
    for (fault, after) in
        [(Fault::DropBefore, Status::Active), (Fault::DropAfter, Status::Suspended)]
    {
        host.simulator.world().set_status(1, Status::Active, "", "staff");
        host.simulator.world().faults.rules = vec![rule(fault)];
        let url = format!("{}includes/api.php", host.simulator.url());
        let sent = spawn_blocking(move || ureq::post(&url).send_form(fields).is_err());
        assert!(sent.await.unwrap(), "{fault:?}");
        assert_eq!(status(&host), after, "{fault:?}");
    }
}
