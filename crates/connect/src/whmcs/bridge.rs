//! Rows as the addon in WHMCS sends them (`docs/bridge.md`).

use portreeve_app::bridge::Rows;
use portreeve_app::directory::Listed;
use portreeve_core::ids::ServiceId;
use serde::Deserialize;
use serde_json::Value;

use super::decode::{self, Product, number, text};
use super::directory::{Customer, Override, listed};

/// Reads what the addon sends.
#[derive(Debug, Clone, Copy, Default)]
pub struct BridgeRows {
    /// What WHMCS's own promise not to suspend a service means.
    pub overrides: Override,
}

/// A service in the addon's words.
#[derive(Deserialize)]
struct Row {
    #[serde(deserialize_with = "number")]
    service_id: Option<i64>,
    #[serde(deserialize_with = "text")]
    client_id: String,
    #[serde(default, deserialize_with = "text")]
    product: String,
    #[serde(default, deserialize_with = "text")]
    domain: String,
    #[serde(default, deserialize_with = "text")]
    username: String,
    #[serde(default, deserialize_with = "text")]
    server: String,
    #[serde(default, deserialize_with = "text")]
    status: String,
    #[serde(default, deserialize_with = "text")]
    suspend_reason: String,
    #[serde(default, deserialize_with = "text")]
    dedicated_ip: String,
    #[serde(default, deserialize_with = "text")]
    assigned_ips: String,
    #[serde(default, deserialize_with = "text")]
    no_auto_suspend: String,
    #[serde(default, deserialize_with = "text")]
    no_auto_suspend_until: String,
}

/// Its customer.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Client {
    #[serde(deserialize_with = "text")]
    first_name: String,
    #[serde(deserialize_with = "text")]
    last_name: String,
    #[serde(deserialize_with = "text")]
    company: String,
    #[serde(deserialize_with = "text")]
    email: String,
    #[serde(deserialize_with = "text")]
    language: String,
}

impl Rows for BridgeRows {
    fn listed(&self, directory: &str, service: &Value, customer: &Value) -> Result<Listed, String> {
        let row = Row::deserialize(service).map_err(|error| format!("service: {error}"))?;
        let id = row.service_id.and_then(|id| ServiceId::new(id).ok());
        let id = id.ok_or("service: service_id must be a positive number")?;
        let customer: Option<Client> =
            Option::deserialize(customer).map_err(|error| format!("customer: {error}"))?;
        let customer = customer.unwrap_or_default();
        let customer = Customer::of(&decode::Client {
            id: row.client_id.clone(),
            firstname: customer.first_name,
            lastname: customer.last_name,
            companyname: customer.company,
            email: customer.email,
            language: customer.language,
            ..decode::Client::default()
        });
        let product = Product {
            id: row.service_id,
            clientid: row.client_id,
            name: row.product,
            domain: row.domain,
            dedicatedip: row.dedicated_ip,
            assignedips: row.assigned_ips,
            servername: row.server,
            username: row.username,
            status: row.status,
            suspensionreason: row.suspend_reason,
            overideautosuspend: row.no_auto_suspend,
            overidesuspenduntil: row.no_auto_suspend_until,
        };
        let listed = listed(directory, id, &product, Some(&customer), self.overrides)
            .map_err(|(column, why)| format!("service: {column}: {why}"))?;
        // What stands there may be somebody's address.
        for (column, _) in &listed.slips {
            tracing::warn!(directory, service = %id, column, "a field could not be used as sent");
        }
        Ok(listed)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_of_the_addon_is_a_service() {
        let service = json!({
            "service_id": 17, "client_id": 7, "product": "VPS", "domain": "shop.example.com",
            "username": "u", "server": "Saturn", "status": "Suspended", "suspend_reason": "",
            "dedicated_ip": "192.0.2.17", "assigned_ips": "192.0.2.18\r\n",
        });
        let customer = json!({
            "client_id": 7, "first_name": "Ada", "last_name": "Byron", "company": "",
            "email": "ada@example.com", "language": "german",
        });
        let row = BridgeRows::default().listed("whmcs", &service, &customer).expect("a row");
        assert_eq!((row.service.customer_id.as_str(), row.service.language.as_str()), ("7", "de"));
        assert_eq!((row.service.customer_name.as_str(), row.resources.len()), ("Ada Byron", 3));
        assert!(BridgeRows::default().listed("whmcs", &service, &Value::Null).is_ok());
        for bad in [json!({}), json!({ "service_id": "x", "client_id": 1 }), json!([]), Value::Null]
        {
            assert!(BridgeRows::default().listed("whmcs", &bad, &customer).is_err(), "{bad}");
        }
    }
}
