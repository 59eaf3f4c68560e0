//! Customers who pay to have a service back: by an invoice in a simulated WHMCS, and by a program of the host.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use portreeve_app::signature::Secrets;
use portreeve_whmcs_simulator::{Currency, Fault, Rule, Seed, SeenInvoice, Status};
use serde_json::{Value, json};

use crate::bridge::now;
use crate::customers::link;
use crate::receiver::{Call, Receiver, Reply};
use crate::webhook_enforcer::SECRET;
use crate::whmcs::{Billing, desk, wait_until};
use crate::world::*;

const FORM: [(&str, &str); 1] = [("content-type", "application/x-www-form-urlencoded")];

const NOW: &str = "category=Spam&suspend_method=immediate&pay_to_unsuspend=1";

pub(crate) fn pay(serving: &Serving, link: &str, report: i64) -> Answer {
    serving.post(&format!("{link}/reports/{report}/pay"), &FORM, b"")
}

/// A page with its addresses readable.
fn plain(page: &Answer) -> String {
    page.body.replace("&#x2f;", "/")
}

fn payment(world: &World, report: i64) -> Value {
    world.report(report)["payments"][0].clone()
}

pub(crate) fn wait_for_payment(world: &World, report: i64, state: &str) {
    wait_until(&format!("the payment to be {state}"), || payment(world, report)["state"] == state);
}

/// A WHMCS whose second customer pays in another currency than the primary one.
fn billing() -> Billing {
    let mut seed = Seed::small();
    let pounds = Currency { id: 2, code: "GBP".into(), rate: "0.78125".into() };
    seed.currencies.push(pounds);
    seed.clients[1].currency = 2;
    Billing::start(seed)
}

pub(crate) fn with_whmcs(engine: Engine) -> (Billing, World) {
    let billing = billing();
    let world = desk(engine, &billing, "", "");
    world.ok(&["directory", "sync", "whmcs"]);
    world.set("pay.amount", "25.00");
    world.set("pay.currency", "USD");
    (billing, world)
}

pub(crate) fn invoices(billing: &Billing) -> Vec<SeenInvoice> {
    billing.with(|whmcs| whmcs.invoices())
}

/// What WHMCS's own staff or payment gateways do.
fn whmcs_does(billing: &Billing, action: &str, fields: &[(&str, &str)]) {
    let usual = [("identifier", "simulator"), ("secret", "simulator"), ("responsetype", "json")];
    let fields = [&usual[..], &[("action", action)], fields].concat();
    let url = format!("{}/includes/api.php", billing.url());
    let answer: Value = serde_json::from_str(
        &ureq::post(&url).send_form(fields).unwrap().into_body().read_to_string().unwrap(),
    )
    .unwrap();
    assert_eq!(answer["result"], "success", "{answer}");
}

on_each! {
    fn a_customer_of_whmcs_pays_an_invoice_in_their_currency_and_has_the_service_back(engine) {
        let (billing, world) = with_whmcs(engine);
        let serving = world.serve();
        let id = serving.create(&world, &format!("service_id=3&{NOW}"));
        world.wait_for(id, "suspended");
        let link = link(&world, id, "suspended");
        assert!(serving.get(&link).body.contains("25,00 USD"), "WHMCS knows that they read German");

        let asked = pay(&serving, &link, id);
        assert_eq!(asked.status, 303, "{asked:?}");
        let page = serving.get(asked.header("location"));
        let made = invoices(&billing);
        assert_eq!(made.len(), 1);
        assert_eq!((made[0].userid, made[0].total), (2, 1_953), "25.00 * 0.78125 = 19.53125");
        let url = format!("{}/viewinvoice.php?id={}", billing.url(), made[0].id);
        assert!(page.body.contains("19,53 GBP") && plain(&page).contains(&url), "{}", page.body);
        assert_eq!(pay(&serving, &link, id).status, 303, "two tabs");
        assert_eq!(invoices(&billing).len(), 1, "begin one payment");
        assert_eq!(payment(&world, id)["state"], "open");

        let number = made[0].id.to_string();
        whmcs_does(&billing, "AddInvoicePayment", &[("invoiceid", &number), ("amount", "10.00")]);
        assert_eq!(billing.status(3).0, Status::Suspended, "a part is not enough");
        whmcs_does(&billing, "AddInvoicePayment", &[("invoiceid", &number)]);
        wait_for_payment(&world, id, "paid");
        world.wait_for(id, "lifted");
        assert_eq!(billing.status(3).0, Status::Active);
        let report = world.report(id);
        assert_eq!((report["status"].as_str(), report["turn"].as_str()), (Some("open"), Some("staff")));
        assert_eq!((world.events(id, "paid"), world.events(id, "paid_in_vain")), (1, 0));
        assert!(serving.get(&link).body.contains("19,53 GBP bezahlt"));
        assert_eq!(pay(&serving, &link, id).status, 422, "there is nothing to pay for now");
    }

    fn an_invoice_whose_answer_was_lost_is_looked_for_and_not_made_twice(engine) {
        let (billing, world) = with_whmcs(engine);
        let serving = world.serve();
        let id = serving.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "suspended");
        let link = link(&world, id, "suspended");
        billing.fault(vec![Rule::next(&["createinvoice"], Fault::DropAfter, 1)]);
        assert_eq!(pay(&serving, &link, id).status, 303);
        wait_for_payment(&world, id, "open");
        let made = invoices(&billing);
        assert_eq!(made.len(), 1, "{made:?}");
        assert_eq!(payment(&world, id)["reference"], made[0].id.to_string());
        assert_eq!(payment(&world, id)["amount"], "25.00");
    }

    fn what_the_customer_need_not_pay_any_more_is_taken_back_and_late_money_is_told(engine) {
        let (billing, world) = with_whmcs(engine);
        let serving = world.serve();
        let id = serving.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "suspended");
        let link = link(&world, id, "suspended");
        pay(&serving, &link, id);
        wait_for_payment(&world, id, "open");
        world.ok(&["report", "release", &id.to_string()]);
        wait_for_payment(&world, id, "ended");
        assert_eq!(invoices(&billing)[0].status, "Cancelled");
        assert!(!serving.get(&link).body.contains("viewinvoice"));

        // Suspended again, asked again, and paid in the moment in which staff close it and keep it off.
        world.ok(&["report", "suspend", &id.to_string()]);
        world.wait_for(id, "suspended");
        pay(&serving, &link, id);
        wait_for_payment(&world, id, "open");
        let number = invoices(&billing)[1].id.to_string();
        whmcs_does(&billing, "AddInvoicePayment", &[("invoiceid", &number)]);
        world.ok(&["report", "close", &id.to_string(), "--outcome", "other", "--keep-suspended"]);
        wait_for_payment(&world, id, "paid");
        let (lifted, kept) = (world.events(id, "hold_released"), world.events(id, "paid_in_vain"));
        assert!(matches!((lifted, kept), (1, 1) | (2, 0)), "either the money or staff came first: {lifted} {kept}");
    }

    fn money_that_goes_back_is_told_to_staff_and_suspends_nobody(engine) {
        let (billing, world) = with_whmcs(engine);
        let mut serving = world.serve();
        let id = serving.create(&world, &format!("service_id=1&{NOW}"));
        world.wait_for(id, "suspended");
        pay(&serving, &link(&world, id, "suspended"), id);
        wait_for_payment(&world, id, "open");
        let number = invoices(&billing)[0].id.to_string();
        whmcs_does(&billing, "AddInvoicePayment", &[("invoiceid", &number)]);
        wait_for_payment(&world, id, "paid");
        world.wait_for(id, "lifted");
        whmcs_does(&billing, "UpdateInvoice", &[("invoiceid", &number), ("status", "Refunded")]);
        // A day passes until it is looked at by itself.
        serving.stop();
        world.sql("UPDATE jobs SET run_at = 0 WHERE kind = 'settle_payments'");
        serving = world.serve();
        wait_for_payment(&world, id, "reversed");
        assert_eq!(world.events(id, "payment_reversed"), 1);
        assert_eq!((billing.status(1).0, world.suspension(id).as_str()), (Status::Active, "lifted"));
        drop(serving);
    }
}

/// How a program of the host that takes money stands.
struct Takes {
    /// By reference: state, amount, currency.
    invoices: BTreeMap<String, (String, Option<(String, String)>)>,
    /// Answers to requests that get lost.
    lost: u32,
    refuses: bool,
    busy: u32,
}

struct Counter {
    receiver: Receiver,
    takes: Arc<Mutex<Takes>>,
}

impl Counter {
    fn start() -> Self {
        let takes = Takes { invoices: BTreeMap::new(), lost: 0, refuses: false, busy: 0 };
        let takes = Arc::new(Mutex::new(takes));
        let played = Arc::clone(&takes);
        let receiver = Receiver::start(move |call| played.lock().unwrap().play(call));
        Self { receiver, takes }
    }

    fn takes(&self) -> MutexGuard<'_, Takes> {
        self.takes.lock().unwrap()
    }

    fn connect(&self, world: &World) {
        let whole = world.read("portreeve.toml");
        world.write(
            "portreeve.toml",
            &format!(
                "{whole}\n[[payment]]\nname = \"till\"\nkind = \"webhook\"\nurl = \"{}\"\nsecret = \"{SECRET}\"\n\
                 timeout = \"2s\"\nallow_private = true\n",
                self.receiver.url()
            ),
        );
        world.set("pay.amount", "25");
        world.set("pay.currency", "EUR");
    }

    fn set(&self, reference: &str, state: &str, paid: Option<(&str, &str)>) {
        let paid = paid.map(|(amount, currency)| (amount.to_owned(), currency.to_owned()));
        self.takes().invoices.insert(reference.to_owned(), (state.to_owned(), paid));
    }

    fn requests(&self) -> Vec<Call> {
        let mut calls = self.receiver.calls();
        calls.retain(|call| call.json()["action"] == "request");
        calls
    }

    /// Tells the desk that something happened, as the program does.
    fn ring(serving: &Serving, reference: &str, secret: &str) -> Answer {
        let body =
            json!({ "type": "payment.changed", "data": { "reference": reference } }).to_string();
        let (id, at) = (format!("msg_{reference}_{:x}", rand::random::<u64>()), now());
        let signature = Secrets::parse(secret).unwrap().sign(&id, at, body.as_bytes());
        let at = at.to_string();
        let headers = [
            ("webhook-id", id.as_str()),
            ("webhook-timestamp", &at),
            ("webhook-signature", &signature),
        ];
        serving.post("/payments/v1/till/events", &headers, body.as_bytes())
    }
}

impl Takes {
    fn play(&mut self, call: &Call) -> Reply {
        let told = call.json();
        match told["action"].as_str().unwrap() {
            "request" if self.busy > 0 => {
                self.busy -= 1;
                Reply::status(503)
            }
            "request" if self.refuses => Reply::Answer(422, "", "no such customer".into()),
            "request" => {
                let reference = format!("inv-{}", told["payment_id"].as_str().unwrap());
                self.invoices.entry(reference.clone()).or_insert(("open".into(), None));
                if self.lost > 0 {
                    self.lost -= 1;
                    return Reply::Close;
                }
                Reply::json(&json!({ "reference": reference, "url": "https://pay.example.com/x" }))
            }
            "cancel" => {
                let reference = told["reference"].as_str().unwrap();
                self.invoices.insert(reference.to_owned(), ("cancelled".into(), None));
                Reply::status(200)
            }
            _ => match self.invoices.get(told["reference"].as_str().unwrap()) {
                None => Reply::status(404),
                Some((state, None)) => Reply::json(&json!({ "state": state })),
                Some((state, Some((amount, currency)))) => {
                    Reply::json(&json!({ "state": state, "amount": amount, "currency": currency }))
                }
            },
        }
    }
}

fn with_counter(world: &World) -> (Counter, Serving, i64, String) {
    let counter = Counter::start();
    counter.connect(world);
    let serving = world.serve();
    let id = serving.create(world, &format!("service_id=1&{NOW}"));
    world.wait_for(id, "suspended");
    let link = link(world, id, "suspended");
    (counter, serving, id, link)
}

fn reference(world: &World, report: i64) -> String {
    payment(world, report)["reference"].as_str().unwrap().to_owned()
}

on_both! {
    fn a_program_of_the_host_takes_the_money_and_only_what_it_shows_counts(world) {
        let (counter, serving, id, link) = with_counter(&world);
        assert!(serving.get(&link).body.contains("Pay 25.00 EUR"));
        counter.takes().lost = 1;
        counter.takes().busy = 1;
        assert_eq!(pay(&serving, &link, id).status, 303);
        wait_for_payment(&world, id, "open");
        let requests = counter.requests();
        assert_eq!(counter.takes().invoices.len(), 1, "asked again under the same name: {requests:?}");
        let told = requests[0].json();
        assert_eq!((&told["amount"], &told["currency"], &told["customer_id"]), (&"25.00".into(), &"EUR".into(), &"11".into()));
        assert!(plain(&serving.get(&link)).contains("https://pay.example.com/x"));

        let reference = reference(&world, id);
        assert_eq!(Counter::ring(&serving, &reference, SECRET).status, 202);
        let foreign = "whsec_TmV3IHNlY3JldCBvZiB0aGUgZGVzaywgMzIgYnl0ZXM=";
        assert_eq!(Counter::ring(&serving, &reference, foreign).status, 401);
        assert_eq!(world.suspension(id), "suspended", "a message alone pays nothing");

        counter.set(&reference, "paid", Some(("24.99", "EUR")));
        Counter::ring(&serving, &reference, SECRET);
        wait_until("staff are told of it", || world.events(id, "paid_oddly") == 1);
        counter.set(&reference, "paid", Some(("25.00", "USD")));
        Counter::ring(&serving, &reference, SECRET);
        wait_until("staff are told of that, too", || world.events(id, "paid_oddly") == 2);
        assert_eq!(world.suspension(id), "suspended");

        counter.set(&reference, "paid", Some(("25.00", "EUR")));
        Counter::ring(&serving, &reference, SECRET);
        world.wait_for(id, "lifted");
        Counter::ring(&serving, &reference, SECRET);
        counter.set(&reference, "reversed", None);
        Counter::ring(&serving, &reference, SECRET);
        wait_for_payment(&world, id, "reversed");
        assert_eq!((world.events(id, "paid"), world.events(id, "payment_reversed")), (1, 1), "once each");
        assert_eq!(world.suspension(id), "lifted", "staff decide");
    }

    fn a_payment_frees_only_what_no_other_report_and_nobody_else_holds(world) {
        let (counter, serving, id, link) = with_counter(&world);
        let other = serving.create(&world, "service_id=1&category=Phishing&suspend_method=immediate");
        pay(&serving, &link, id);
        wait_for_payment(&world, id, "open");
        counter.set(&reference(&world, id), "paid", None);
        Counter::ring(&serving, &reference(&world, id), SECRET);
        wait_for_payment(&world, id, "paid");
        world.wait_for(other, "suspended");
        assert_eq!(world.panel_state(1), format!("suspended [abuse #{id}] Spam"), "the other report holds it");
        assert!(serving.get(&link).body.contains("Another report keeps the servi"));

        // Somebody else's suspension, from before ours.
        world.set_panel_state(2, "suspended Overdue on Payment");
        let foreign = serving.create(&world, &format!("service_id=2&{NOW}"));
        world.wait_for(foreign, "suspended_by_other");
        let their_link = crate::customers::link(&world, foreign, "opened");
        let page = serving.get(&their_link).body;
        assert!(page.contains("suspended for another reason") && !page.contains("Pay 25.00"), "{page}");
        assert_eq!(pay(&serving, &their_link, foreign).status, 422, "it would buy nothing");
        assert_eq!(world.panel_state(2), "suspended Overdue on Payment");
    }

    fn money_that_gave_nothing_back_is_told_to_staff_as_what_it_is(world) {
        let (counter, serving, id, link) = with_counter(&world);
        assert_eq!(pay(&serving, &link, id).status, 303);
        wait_for_payment(&world, id, "open");
        // Billing writes its own reason over ours before the desk looks again.
        world.set_panel_state(1, "suspended Overdue on Payment");
        counter.set(&reference(&world, id), "paid", None);
        Counter::ring(&serving, &reference(&world, id), SECRET);
        wait_until("it was left suspended", || world.events(id, "left_suspended") == 1);
        assert_eq!((world.events(id, "paid"), world.events(id, "paid_in_vain")), (1, 1));
        assert_eq!(world.panel_state(1), "suspended Overdue on Payment");
        let page = serving.get(&link).body;
        assert!(page.contains("suspended for another reason"), "{page}");
        let told = |words: &str| world.mails("needs_staff.staff").iter().any(|mail| mail.contains(words));
        eventually("staff read that somebody paid", || told("Customer paid 25.00 EUR"));
        eventually("and that it was in vain", || told("Payment without effect"));
    }

    fn who_came_by_a_link_and_paid_finds_the_report_when_they_come_back(world) {
        let (counter, serving, id, link) = with_counter(&world);
        let asked = pay(&serving, &link, id);
        let cookie = asked.header("set-cookie").to_owned();
        assert!(cookie.contains("HttpOnly; SameSite=Lax; Max-Age=3600"), "{cookie}");
        let back = counter.requests()[0].json()["return_url"].as_str().unwrap().to_owned();
        assert!(back.ends_with(&format!("/client/reports/{id}")) && !back.contains("/r/"), "{back}");
        let path = &back[back.find("/client").unwrap()..];
        assert_eq!(serving.get(path).status, 401, "without the cookie");
        let cookie = cookie.split(';').next().unwrap();
        let page = serving.send("GET", path, &[("cookie", cookie)], b"");
        assert!(page.status == 200 && page.body.contains("pay.example.com"), "{page:?}");
    }

    fn paying_is_offered_where_staff_say_so_and_no_more_often_than_they_say(world) {
        let counter = Counter::start();
        let serving = {
            counter.connect(&world);
            world.serve()
        };
        world.set("pay.limit", "1");
        let id = serving.create(&world, "service_id=1&category=Spam&suspend_method=immediate");
        world.wait_for(id, "suspended");
        let link = link(&world, id, "suspended");
        assert!(!serving.get(&link).body.contains("25.00"));
        assert_eq!(pay(&serving, &link, id).status, 422, "it is not offered");
        let number = id.to_string();
        world.fails(1, &["report", "offer-payment", &number, "--withdraw"]);
        world.ok(&["report", "offer-payment", &number]);
        assert!(serving.get(&link).body.contains("Pay 25.00 EUR"));

        counter.takes().refuses = true;
        assert_eq!(pay(&serving, &link, id).status, 303);
        wait_for_payment(&world, id, "refused");
        assert_eq!(world.events(id, "payment_refused"), 1);
        assert!(serving.get(&link).body.contains("No invoice could be made"));
        pay(&serving, &link, id);
        wait_until("that was refused, too", || world.report(id)["payments"].as_array().unwrap().len() == 2);
        wait_for_payment(&world, id, "refused");
        let events = world.report(id)["events"].clone();
        let refused = events.as_array().unwrap().iter().filter(|event| event["kind"] == "payment_refused");
        let again: Vec<_> = refused.map(|event| event["data"]["again"].as_bool().unwrap()).collect();
        assert_eq!(again, [false, true], "staff are told once");
        counter.takes().refuses = false;
        pay(&serving, &link, id);
        wait_for_payment(&world, id, "open");
        world.ok(&["report", "offer-payment", &number, "--withdraw"]);
        wait_for_payment(&world, id, "ended");
        assert_eq!(world.suspension(id), "suspended");

        world.ok(&["report", "offer-payment", &number]);
        pay(&serving, &link, id);
        wait_for_payment(&world, id, "open");
        counter.set(&reference(&world, id), "paid", None);
        Counter::ring(&serving, &reference(&world, id), SECRET);
        world.wait_for(id, "lifted");
        world.ok(&["report", "suspend", &number]);
        world.wait_for(id, "suspended");
        let page = serving.get(&link);
        assert!(page.body.contains("You paid as often as this report allows"), "{}", page.body);
        assert_eq!(pay(&serving, &link, id).status, 422);
    }

    fn a_service_that_changed_hands_is_not_paid_free_and_staff_are_told(world) {
        let (counter, serving, id, link) = with_counter(&world);
        pay(&serving, &link, id);
        wait_for_payment(&world, id, "open");
        world.write("moved.csv", "service_id,customer_id,customer_email\n1,99,new@example.com\n");
        world.ok(&["service", "import", &world.path("moved.csv").display().to_string()]);
        assert_eq!(pay(&serving, &link, id).status, 422, "it is no longer theirs");
        assert!(!serving.get(&link).body.contains("pay.example.com"), "nobody is led to an invoice that buys nothing");
        Counter::ring(&serving, &reference(&world, id), SECRET);
        wait_for_payment(&world, id, "ended");
        counter.set(&reference(&world, id), "paid", None);
        Counter::ring(&serving, &reference(&world, id), SECRET);
        wait_for_payment(&world, id, "paid");
        assert_eq!((world.events(id, "paid_in_vain"), world.events(id, "hold_released")), (1, 0));
        assert_eq!(world.suspension(id), "suspended");
    }

    fn a_desk_that_is_killed_asks_for_an_invoice_once(world) {
        let (counter, serving, id, link) = with_counter(&world);
        counter.takes().busy = 2;
        pay(&serving, &link, id);
        serving.kill();
        let serving = world.serve();
        wait_for_payment(&world, id, "open");
        assert_eq!(counter.takes().invoices.len(), 1);
        let names: Vec<Value> = counter.requests().iter().map(|call| call.json()["payment_id"].clone()).collect();
        assert!(names.iter().all(|name| *name == names[0]), "{names:?}");
        drop(serving);
    }
}
