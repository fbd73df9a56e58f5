//! `NotationService`: from any notation or encoding to every other. Only the names come from the register.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use crate::{
    desk::{Call, Desk, trail},
    model::{Code, Refusal, Rejection},
    oid::{
        NodePath, Oid,
        ber::{self, Rules, Value},
        cbor, jer,
        notation::{self, Mode, Names},
        oer, per, xer,
    },
    pb::v1::{self as pb, notation_service_server::NotationService},
};

use super::{convert::text, layer, status, view::View};

/// The service.
pub struct Translator {
    desk: Arc<Desk>,
}

impl Translator {
    /// The service at a desk.
    pub const fn new(desk: Arc<Desk>) -> Self {
        Self { desk }
    }

    /// Does `work` with the newest names.
    fn with_names<T>(
        &self,
        call: &Call,
        method: &'static str,
        work: impl FnOnce(&View<'_>) -> Result<T, Refusal>,
    ) -> Result<Response<T>, Status> {
        let reading = self.desk.register.newest();
        let view = View::new(&reading, call.sight()).noting(&call.witness);
        let answer = work(&view)
            .map_err(Rejection::from)
            .and_then(|answer| view.settled(answer).map_err(Rejection::from));
        trail::shown(&self.desk, call, method);
        answer
            .map(Response::new)
            .map_err(|rejection| status::of(&self.desk, call, &rejection))
    }
}

#[tonic::async_trait]
impl NotationService for Translator {
    async fn convert(
        &self,
        request: Request<pb::ConvertRequest>,
    ) -> Result<Response<pb::ConvertResponse>, Status> {
        let call = layer::call(&request)?;
        let request = request.into_inner();
        self.with_names(&call, "Convert", |view| {
            let read = text::read(&request.text, request.strict, view.names(), "text")?;
            Ok(pb::ConvertResponse {
                notations: Some(view.notations(&read.resolved.path)),
                recognised: read.notation.as_str().to_owned(),
                disagreements: text::disagreements(&read.resolved),
                tolerated: text::tolerances(&read.resolved.tolerated),
            })
        })
    }

    async fn encode(
        &self,
        request: Request<pb::EncodeRequest>,
    ) -> Result<Response<pb::EncodeResponse>, Status> {
        let call = layer::call(&request)?;
        let request = request.into_inner();
        self.with_names(&call, "Encode", |view| {
            let encoding = encoding(request.encoding)?;
            let path = text::read(&request.oid, false, view.names(), "oid")?
                .resolved
                .path;
            let oid = path.to_oid().ok_or_else(|| {
                let detail = "a root arc alone is no object identifier value (X.690 8.19.4)";
                Refusal::new(Code::OidSyntax, "oid", detail).value(&request.oid)
            })?;
            Ok(pb::EncodeResponse {
                octets: encoded(&oid, encoding).into(),
            })
        })
    }

    async fn decode(
        &self,
        request: Request<pb::DecodeRequest>,
    ) -> Result<Response<pb::DecodeResponse>, Status> {
        let call = layer::call(&request)?;
        let request = request.into_inner();
        self.with_names(&call, "Decode", |view| {
            let encoding = encoding(request.encoding)?;
            let path = decoded(&request.octets, encoding, view.names())?;
            Ok(pb::DecodeResponse {
                notations: Some(view.notations(&path)),
            })
        })
    }
}

/// The encodings there are; unspecified is none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Der,
    Ber,
    Contents,
    Per,
    Oer,
    Xer,
    Jer,
    Cbor,
}

fn encoding(value: i32) -> Result<Encoding, Refusal> {
    match pb::Encoding::try_from(value) {
        Ok(pb::Encoding::Unspecified) => Err(Refusal::new(
            Code::FieldRequired,
            "encoding",
            "an encoding is needed",
        )),
        Ok(pb::Encoding::Der) => Ok(Encoding::Der),
        Ok(pb::Encoding::Ber) => Ok(Encoding::Ber),
        Ok(pb::Encoding::Contents) => Ok(Encoding::Contents),
        Ok(pb::Encoding::Per) => Ok(Encoding::Per),
        Ok(pb::Encoding::Oer) => Ok(Encoding::Oer),
        Ok(pb::Encoding::Xer) => Ok(Encoding::Xer),
        Ok(pb::Encoding::Jer) => Ok(Encoding::Jer),
        Ok(pb::Encoding::Cbor) => Ok(Encoding::Cbor),
        Err(_) => {
            let detail = "is no value of this enumeration";
            Err(Refusal::new(Code::FieldInvalid, "encoding", detail).value(value))
        }
    }
}

fn encoded(oid: &Oid, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Der | Encoding::Ber => oid.to_der(),
        Encoding::Contents => oid.as_contents().to_vec(),
        Encoding::Per => per::encode(oid),
        Encoding::Oer => oer::encode(oid),
        Encoding::Xer => xer::encode(oid).into_bytes(),
        Encoding::Jer => jer::encode(oid).into_bytes(),
        Encoding::Cbor => cbor::encode(oid),
    }
}

fn decoded(octets: &[u8], encoding: Encoding, names: &dyn Names) -> Result<NodePath, Refusal> {
    if octets.is_empty() {
        return Err(Refusal::new(
            Code::FieldRequired,
            "octets",
            "octets are needed",
        ));
    }
    let refused = |error: String, clause: &str| {
        let detail = format!("{error} ({clause})");
        Refusal::new(Code::EncodingInvalid, "octets", detail).value(hex::encode(octets))
    };
    let of = |oid: Result<Oid, crate::oid::EncodingError>| {
        oid.map(NodePath::from)
            .map_err(|error| refused(error.to_string(), error.clause()))
    };
    let text =
        || std::str::from_utf8(octets).map_err(|error| refused(error.to_string(), "RFC 3629"));
    match encoding {
        Encoding::Der => framed(octets, Rules::Der, names, refused),
        Encoding::Ber => framed(octets, Rules::Ber, names, refused),
        Encoding::Contents => Oid::from_contents(octets)
            .map(NodePath::from)
            .map_err(|error| refused(error.to_string(), error.clause())),
        Encoding::Per => of(per::decode(octets)),
        Encoding::Oer => of(oer::decode(octets)),
        Encoding::Xer => of(xer::decode(text()?)),
        Encoding::Jer => of(jer::decode(text()?)),
        Encoding::Cbor => match cbor::decode(octets) {
            Ok(cbor::Item::Oid(oid)) => Ok(oid.into()),
            Ok(cbor::Item::RelativeOid(_)) => Err(refused(RELATIVE.to_owned(), "RFC 9090 2")),
            Err(error) => Err(refused(error.to_string(), error.clause())),
        },
    }
}

/// Why a relative object identifier is not taken here.
const RELATIVE: &str = "a relative object identifier needs a node to begin at";

/// Reads tag, length and value; the labels of an OID-IRI value are looked up.
fn framed(
    octets: &[u8],
    rules: Rules,
    names: &dyn Names,
    refused: impl Fn(String, &str) -> Refusal,
) -> Result<NodePath, Refusal> {
    let (value, _) =
        ber::decode(octets, rules).map_err(|error| refused(error.to_string(), error.clause()))?;
    match value {
        Value::ObjectIdentifier(oid) => Ok(oid.into()),
        Value::OidIri(iri) => {
            let parsed = notation::parse_as(&iri, notation::Notation::Iri, Mode::Strict);
            let parsed = parsed.map_err(|error| refused(error.to_string(), error.clause()))?;
            let resolved = notation::resolve(&parsed, names, None);
            let refuse = |error: notation::ResolveError| text::of_resolve(&error, &iri, "octets");
            Ok(resolved.map_err(refuse)?.path)
        }
        Value::RelativeOid(_) | Value::RelativeOidIri(_) => {
            Err(refused(RELATIVE.to_owned(), "X.680 33"))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::oid::notation::NoNames;

    use super::*;

    #[test]
    fn every_encoding_goes_there_and_back() {
        let path: NodePath = "2.16.834.1.99999".parse().unwrap();
        let oid = path.to_oid().unwrap();
        for value in 1..=8 {
            let encoding = encoding(value).unwrap();
            let octets = encoded(&oid, encoding);
            assert_eq!(
                decoded(&octets, encoding, &NoNames),
                Ok(path.clone()),
                "{encoding:?}"
            );
            let mut longer = octets.clone();
            longer.push(0x80);
            assert!(
                decoded(&longer, encoding, &NoNames).is_err(),
                "{encoding:?}"
            );
        }
        assert_eq!(encoding(0).unwrap_err().code, Code::FieldRequired);
        assert_eq!(encoding(9).unwrap_err().code, Code::FieldInvalid);
    }

    fn check(octets: &str, encoding: Encoding, expect: Result<&str, Code>) {
        let octets = hex::decode(octets).unwrap();
        let read = decoded(&octets, encoding, &NoNames);
        let read = read
            .map(|path| path.to_string())
            .map_err(|refusal| refusal.code);
        assert_eq!(read, expect.map(str::to_owned));
    }

    #[test]
    fn octets_are_judged_by_their_rules() {
        check("0603883703", Encoding::Der, Ok("2.999.3"));
        check("068103883703", Encoding::Der, Err(Code::EncodingInvalid));
        check("068103883703", Encoding::Ber, Ok("2.999.3"));
        check("0d03883703", Encoding::Der, Err(Code::EncodingInvalid));
        check("1f23052f322f3136", Encoding::Der, Ok("2.16"));
        check(
            "1f23062f322f3136",
            Encoding::Der,
            Err(Code::EncodingInvalid),
        );
        check("1f23062f322f393939", Encoding::Der, Ok("2.999"));
        check("1f23042f4e6f70", Encoding::Der, Err(Code::NameUnknown));
        check("", Encoding::Der, Err(Code::FieldRequired));
    }
}
