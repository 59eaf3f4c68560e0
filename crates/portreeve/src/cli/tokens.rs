//! Tokens of the REST interface.

use anyhow::Result;
use portreeve_app::Desk;
use portreeve_app::staff::{RIGHTS, StaffError, Thing};
use portreeve_app::token::{self, NewToken};
use portreeve_core::time::{Span, from_millis, rfc3339};
use serde_json::json;

use super::args::TokenCommand;
use super::output::{complain, json};
use super::{Output, failure, say};

pub(super) async fn token(desk: &Desk, command: TokenCommand) -> Result<()> {
    match command {
        TokenCommand::Add { staff, scopes, description, good_for, json: as_json } => {
            let good_for = good_for.map(|text| span(&text)).transpose()?;
            let new = NewToken { staff, scopes, description, good_for };
            let (reference, token) =
                token::add(desk, &super::operator(), &new).await.map_err(name_scopes)?;
            if as_json {
                return json(&json!({ "ref": reference, "token": token }));
            }
            say(&token)?;
            complain(&format!(
                "Token {reference} was created. Copy its text (above) now: it can't be shown again."
            ));
            Ok(())
        }
        TokenCommand::List { page } => {
            let list = token::list(desk, page.after.unwrap_or(0), page.limit).await?;
            if page.json {
                let list: Vec<_> = list
                    .into_iter()
                    .map(|t| {
                        json!({
                            "ref": t.id,
                            "staff": t.staff_name,
                            "scopes": t.scopes.split_whitespace().collect::<Vec<_>>(),
                            "description": t.description,
                            "created_at": instant(t.created_at),
                            "expires_at": t.expires_at.map(instant),
                            "revoked_at": t.revoked_at.map(instant),
                            "staff_disabled_at": t.staff_disabled_at.map(instant),
                        })
                    })
                    .collect();
                return json(&list);
            }
            if list.is_empty() {
                return say("There are no tokens. Create one with `portreeve token add`.");
            }
            let mut output =
                Output::table(&["REF", "STAFF", "SCOPES", "STATE", "EXPIRES", "DESCRIPTION"]);
            for t in list {
                let now = desk.now().as_millisecond();
                let state = match (t.revoked_at, t.staff_disabled_at) {
                    (Some(_), _) => "revoked",
                    (None, Some(_)) => "staff disabled",
                    (None, None) if t.expires_at.is_some_and(|at| at <= now) => "expired",
                    (None, None) => "active",
                };
                let expires = t.expires_at.map_or_else(|| "never".to_owned(), instant);
                let cells = vec![
                    t.id.to_string(),
                    t.staff_name,
                    t.scopes,
                    state.into(),
                    expires,
                    t.description,
                ];
                output.row(cells);
            }
            output.print()
        }
        TokenCommand::Revoke { reference } => {
            token::revoke(desk, &super::operator(), reference).await?;
            say(format!("Token {reference} was revoked."))
        }
    }
}

fn span(text: &str) -> Result<Span> {
    text.parse()
        .map_err(|_| failure(format!("{text:?} is not a duration"), "write it as 24h or 90m"))
}

fn name_scopes(error: StaffError) -> anyhow::Error {
    match error {
        StaffError::Missing { what: Thing::Scope, .. } => {
            let known: Vec<&str> = RIGHTS.iter().map(|(right, _)| *right).collect();
            failure(error.to_string(), format!("scopes are * or {}", known.join(", ")))
        }
        other => other.into(),
    }
}

fn instant(millis: i64) -> String {
    from_millis(millis).map(rfc3339).unwrap_or_default()
}
