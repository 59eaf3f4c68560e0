//! What the fuzzer found to reach other code, read again: a short run over the inputs that are kept (`fuzz/seeds`).

use std::path::Path;

use portreeve_formats::complaint::tried;

#[test]
fn what_the_fuzzer_kept_is_read() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    let (mut inputs, mut bytes) = (0, 0);
    for name in tried::names() {
        let Ok(folder) = std::fs::read_dir(seeds.join(&name)) else {
            panic!("there is nothing for the reader {name}");
        };
        for file in folder {
            let file = file.expect("a file").path();
            let input = std::fs::read(&file).expect("its bytes");
            tried::read_as(&name, &input);
            inputs += 1;
            bytes += input.len();
        }
    }
    assert!(inputs >= tried::names().len());
    assert!(bytes <= 300_000, "the smaller ones are kept: {bytes} bytes");
}
