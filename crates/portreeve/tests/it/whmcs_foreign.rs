//! The simulated WHMCS is spoken to by clients that others wrote for the real one: npm's `whmcs` with the tests it
//! brings along, and `PyPI`'s `whmcspy`.

use std::process::Command;

use portreeve_whmcs_simulator::Seed;

use crate::foreign::tools;
use crate::whmcs::Billing;

const PYTHON: &str = "\
import sys
from whmcspy import WHMCS, exceptions
whmcs = WHMCS(sys.argv[1], 'simulator', 'simulator')
assert [s['id'] for s in whmcs.get_clients_products()] == ['1', '2', '3', '4', '5']
assert whmcs.get_servers()[0]['name'] == 'Saturn'
made = whmcs.add_client('A', 'B', 'new@example.com', 's', 'c', 's', 'p', 'US', '1', 'x')
assert int(made) > 0
order = whmcs.add_order(made, products=[{'id': 1, 'domain': 'new.example.com'}])
assert order['result'] == 'success'
whmcs.call('ModuleSuspend', serviceid=1, suspendreason='[abuse #1] Spam')
try:
    whmcs.call('ModuleSuspend', serviceid=99)
    raise AssertionError('no error')
except exceptions.Error as error:
    assert 'Service ID not found' in str(error)
try:
    WHMCS(sys.argv[1], 'simulator', 'wrong').call('GetClients')
    raise AssertionError('no error')
except exceptions.MissingPermission as error:
    assert 'Authentication Failed' in str(error)
";

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn the_tests_of_the_npm_client_pass_against_the_simulator() {
    let billing = Billing::start(Seed::small());
    let node = tools().join("node/node_modules");
    let tests = std::fs::read_dir(node.join("whmcs/test")).unwrap();
    let said = run(Command::new("node")
        .arg(node.join("mocha/bin/mocha.js"))
        .args(tests.map(|entry| entry.unwrap().path()))
        .env("WHMCS_URL", format!("{}/includes/api.php", billing.url()))
        .env("WHMCS_USER", "simulator")
        .env("WHMCS_KEY", "simulator"));
    assert!(said.contains("12 passing"), "{said}");
}

#[test]
fn the_python_client_works_against_the_simulator() {
    let billing = Billing::start(Seed::small());
    let url = format!("{}/includes/api.php", billing.url());
    run(Command::new(tools().join("venv/bin/python")).args(["-W", "ignore", "-c", PYTHON, &url]));
}
