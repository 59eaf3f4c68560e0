//! `[attachments]`: what files are scanned with.

use portreeve_core::time::Span;

use super::{ConfigError, Section, bad};

/// A command that scans files.
#[derive(Debug, Clone)]
pub(crate) struct ScanConfig {
    pub(crate) command: Vec<String>,
    pub(crate) timeout: Span,
    pub(crate) retry_min: Span,
    pub(crate) retry_max: Span,
}

/// Takes the section; nothing when no command is named.
pub(super) fn scan(root: &mut Section) -> Result<Option<ScanConfig>, ConfigError> {
    let mut section = root.section("attachments")?;
    let command = section.list("scan")?.unwrap_or_default();
    let timeout = section.span("scan_timeout", Span::from_secs(60))?;
    let retry_min = section.span("scan_retry_min", Span::from_secs(1))?;
    let retry_max = section.span("scan_retry_max", Span::from_mins(10))?;
    section.end()?;
    if timeout == Span::ZERO {
        return Err(bad("attachments.scan_timeout", "must be more than 0s"));
    }
    if retry_min == Span::ZERO || retry_max < retry_min {
        let why = "must be more than 0s and at most scan_retry_max";
        return Err(bad("attachments.scan_retry_min", why));
    }
    Ok((!command.is_empty()).then_some(ScanConfig { command, timeout, retry_min, retry_max }))
}

#[cfg(test)]
mod tests {
    use super::super::Config;

    fn parse(text: &str) -> Result<Option<super::ScanConfig>, String> {
        let config = Config::parse(text.parse().expect("good TOML"));
        config.map(|config| config.scan).map_err(|error| error.to_string())
    }

    #[test]
    fn files_are_scanned_when_a_command_is_named() {
        assert!(parse("").expect("good").is_none());
        let text = "[attachments]\nscan = ['/usr/bin/clamdscan', '-']\nscan_timeout = '2m'";
        let scan = parse(text).expect("good").expect("a command");
        assert_eq!((scan.command.len(), scan.timeout.as_millis()), (2, 120_000));
        for bad in ["scan_timeout = '0s'", "scan_retry_min = '1h'", "scann = ['x']"] {
            let error = parse(&format!("[attachments]\n{bad}")).expect_err(bad);
            assert!(error.contains("attachments.scan"), "{error}");
        }
    }
}
