//! The original's own example, run by a real PHP.

use std::process::Command;

use crate::world::*;

/// Runs a PHP script that posts `fields` the way the original's documentation shows.
pub(crate) fn php(base: &str, world: &World, method: &str, as_array: bool) -> String {
    let fields = format!(
        "array('action' => 'create', 'service_id' => '1', 'category' => 'Spam', \
         'service_ip' => '1.2.3.4', 'suspend_method' => '{method}', 'allow_unsuspend' => true, \
         'additional_info' => 'Shown to the customer', 'admin_notes' => 'Shown to staff')"
    );
    let fields = if as_array { fields } else { format!("http_build_query({fields})") };
    let script = format!(
        "<?php $ch = curl_init(); curl_setopt($ch, CURLOPT_URL, '{}{AMP}'); \
         curl_setopt($ch, CURLOPT_POST, 1); curl_setopt($ch, CURLOPT_POSTFIELDS, {fields}); \
         curl_setopt($ch, CURLOPT_HTTPHEADER, array('API_ID: {}')); \
         curl_setopt($ch, CURLOPT_RETURNTRANSFER, 1); echo curl_exec($ch); curl_close($ch); ?>",
        base, world.api_id
    );
    world.write("call.php", &script);
    let output = Command::new("php").arg(world.path("call.php")).output();
    let output = output.expect("php is needed; `cargo xtask test` installs it");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

on_both! {
    fn the_example_of_the_original_works_as_it_stands(world) {
        let desk = world.serve();
        let answer = php(&desk.base, &world, "suspend", false);
        assert!(answer.starts_with(r#"{"status":"success","report_id":1,"warnings":["#), "{answer}");
        let report = world.report(1);
        assert_eq!((&report["service_ip"], &report["allow_unsuspend"]), (&"1.2.3.4".into(), &true.into()));
        assert_eq!(report["admin_notes"], "Shown to staff");
        assert_eq!(world.suspension(1), "none");
    }

    fn with_immediate_the_service_is_suspended_for_real(world) {
        let desk = world.serve();
        assert_eq!(php(&desk.base, &world, "immediate", false), r#"{"status":"success","report_id":1}"#);
        world.wait_for(1, "suspended");
        assert_eq!(php(&desk.base, &world, "immediate", true), r#"{"status":"success","report_id":2}"#);
        world.wait_for(2, "suspended");
        assert_eq!(world.report(2)["additional_info"], "Shown to the customer");
    }
}
