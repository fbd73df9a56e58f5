//! The description of this face for programs (`OpenAPI` 3.1): its addresses from the table of [`super::route`], its shapes from the types of
//! [`super::shape`], so that it can tell of nothing that is not there.

use bytes::Bytes;
use http::Method;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use crate::model::ViewFault;

use super::{
    base::Base,
    limits::BATCH_OIDS_MAX,
    problem::PROBLEM,
    route::{ADDRESSES, Address, Route},
    shape,
};

/// The version of this interface: members and addresses are added within it, never taken away.
const VERSION: &str = "1";

#[derive(OpenApi)]
#[openapi(components(schemas(
    shape::Entry,
    shape::Subordinates,
    shape::Batch,
    shape::Conversion,
    shape::Description,
    shape::Problem,
)))]
struct Shapes;

/// The document.
pub fn document(base: &Base) -> Result<Bytes, ViewFault> {
    let broken = |error: serde_json::Error| {
        ViewFault(format!(
            "the OpenAPI document could not be written: {error}"
        ))
    };
    let mut paths = Map::new();
    for address in ADDRESSES {
        paths.insert(address.template.to_owned(), path(address));
    }
    let shapes = Shapes::openapi().components.unwrap_or_default().schemas;
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "oidra over HTTP",
            "description": "What an object identifier is: permalinks, RDAP, OID-IP, linksets, conversion of notations.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
            "version": VERSION,
        },
        "paths": paths,
        "components": {
            "schemas": serde_json::to_value(shapes).map_err(broken)?,
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
        },
    });
    if let Some(document) = document.as_object_mut().filter(|_| base.is_absolute()) {
        document.insert("servers".to_owned(), json!([{ "url": base.as_str() }]));
    }
    serde_json::to_vec(&document)
        .map(Bytes::from)
        .map_err(broken)
}

fn path(address: &Address) -> Value {
    let mut content = Map::new();
    for (media, named) in address.gives {
        content.insert((*media).to_owned(), schema(*named));
    }
    let mut operation = Map::new();
    operation.insert("operationId".to_owned(), address.name.into());
    operation.insert("summary".to_owned(), address.summary.into());
    operation.insert("parameters".to_owned(), parameters(address).into());
    let responses = json!({
        "200": { "description": "The answer.", "content": content },
        "default": {
            "description": "Why there is none, as a problem (RFC 9457).",
            "content": { PROBLEM: schema(Some("Problem")) },
        },
    });
    operation.insert("responses".to_owned(), responses);
    if address.asks_register {
        // A token widens what is seen; none is needed.
        operation.insert("security".to_owned(), json!([{}, { "bearer": [] }]));
    }
    if address.route == Route::Batch {
        let most = BATCH_OIDS_MAX;
        let list = json!({ "type": "array", "items": { "type": "string" }, "minItems": 1, "maxItems": most });
        let body = json!({
            "required": true,
            "content": { "application/json": { "schema": list } },
        });
        operation.insert("requestBody".to_owned(), body);
    }
    let method = if address.method == Method::POST {
        "post"
    } else {
        "get"
    };
    json!({ method: operation })
}

fn parameters(address: &Address) -> Vec<Value> {
    let in_path = |name: &str| address.template.contains(&format!("{{{name}}}"));
    let all = address.parameters.iter();
    all.map(|(name, meaning)| {
        let place = if in_path(name) { "path" } else { "query" };
        json!({
            "name": name,
            "in": place,
            "required": place == "path" || (*name == "oid" || *name == "name"),
            "description": meaning,
            "schema": { "type": "string" },
        })
    })
    .collect()
}

fn schema(named: Option<&str>) -> Value {
    match named {
        Some(name) => {
            json!({ "schema": { "$ref": format!("#/components/schemas/{name}") } })
        }
        None => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_that_an_address_names_is_there() {
        let document: Value =
            serde_json::from_slice(&document(&Base::new("https://ra.example")).unwrap()).unwrap();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        for address in ADDRESSES {
            for name in address.gives.iter().filter_map(|(_, name)| *name) {
                assert!(schemas.contains_key(name), "{name}");
            }
        }
        assert_eq!(document["servers"][0]["url"], "https://ra.example");
        let paths = document["paths"].as_object().unwrap();
        assert_eq!(paths.len(), ADDRESSES.len());
    }
}
