//! The program, as `cargo xtask fuzz` runs it.

use std::process::Command;

#[test]
fn the_fuzzer_tries_inputs_for_as_long_as_it_is_told_and_finds_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_portreeve-bench"))
        .args(["fuzz", "--seconds", "2", "--seed", "7", "--folder"])
        .arg(folder.path())
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains(" inputs, ") && !said.contains("fuzz: 0 inputs"), "{said}");
}
