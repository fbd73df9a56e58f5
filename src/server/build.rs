//! From settings to an open register: what is read first, what is made, and what a start has to record.

use std::{path::Path, sync::Arc};

use crate::{
    access::{Permit, token::Token},
    attachments,
    config::Settings,
    model::{
        clock::{Clock as _, SystemClock},
        command::{Command, Submission},
        tree::ViewFault,
    },
    outbox,
    register::{Entropy as _, Opened, Options, Register},
    rules::AuthorityNode,
    telemetry::events::{DataLoaded, Emit as _, Founded, Rebuilt, TornTailCut},
};

use super::{
    authority,
    data::ReferenceData,
    dns,
    entropy::SystemEntropy,
    exit::Failure,
    founding::{self, administrator_token, is_founded, make_data_dir},
    hooks, mail,
    progress::Shown,
    transport::Tls,
};

/// What is read before anything is bound or made.
#[derive(Clone)]
pub struct World {
    /// The reference data that the program carries.
    pub data: ReferenceData,
    /// The nodes that the authority file names.
    pub nodes: Vec<AuthorityNode>,
    /// TLS, where it is wanted.
    pub tls: Option<Arc<Tls>>,
    /// Notices by mail, where they are sent.
    pub mail: Option<outbox::Options>,
    /// Webhooks, where there are any.
    pub hooks: Option<hooks::Loaded>,
}

impl World {
    /// Reads the files that the settings name. Makes nothing.
    pub fn load(settings: &Settings) -> Result<Self, Failure> {
        let data = ReferenceData::embedded()?;
        let nodes = authority::load(&settings.authority.file)?;
        let tls = Tls::load(&settings.tls)?.map(Arc::new);
        dns::load(settings)?;
        let mail = mail::load(settings)?;
        let hooks = hooks::load(settings)?;
        Ok(Self {
            data,
            nodes,
            tls,
            mail,
            hooks,
        })
    }
}

/// An open register.
pub struct Built {
    /// The register.
    pub register: Register,
    /// What opening it found.
    pub opened: Opened,
}

/// Opens the register of the data directory, or founds it there. Blocks for as long as that takes.
pub fn build(settings: &Settings, world: World, shown: &Shown) -> Result<Built, Failure> {
    let dir = &settings.data_dir;
    make_data_dir(dir)?;
    let mut token = token_for_founding(dir)?;
    let clock = Arc::new(SystemClock);
    let entropy = Arc::new(SystemEntropy);
    let options = register_options(settings, Some(&world));
    let founding = || {
        // Only a journal without a record is founded, and for that the token is on disk already.
        let token = token
            .take()
            .unwrap_or_else(|| Token::from_entropy(entropy.bytes32()));
        founding::founding(
            world.data,
            world.nodes,
            &token,
            &|| entropy.bytes32(),
            clock.now(),
        )
    };
    let (register, opened) =
        Register::open(&options, founding, clock.clone(), entropy.clone(), shown)?;
    tell(&register, &opened)?;
    Ok(Built { register, opened })
}

/// The token of a register that is not founded yet, on disk; `None` where it is.
fn token_for_founding(dir: &Path) -> Result<Option<Token>, Failure> {
    if is_founded(dir)? {
        return Ok(None);
    }
    administrator_token(dir).map(Some)
}

/// The register's options, as the settings say. Where an authority file is named, its nodes must be the register's.
pub fn register_options(settings: &Settings, world: Option<&World>) -> Options {
    let named = world.filter(|_| !settings.authority.file.as_os_str().is_empty());
    let paths = |world: &World| world.nodes.iter().map(|node| node.path.clone()).collect();
    Options {
        cache_bytes: settings.projection.cache_bytes,
        request_horizon_seconds: settings.limits.request_horizon_seconds,
        queue_max: size(settings.limits.queue_requests),
        batch_records_max: size(settings.limits.batch_records),
        segment_bytes: settings.journal.segment_bytes,
        checkpoint_seconds: settings.journal.checkpoint_seconds,
        origin: settings.journal.origin.clone(),
        authorities: named.map(paths),
        papers: attachments::Limits {
            file_octets: settings.attachments.file_bytes,
            application_octets: settings.attachments.application_bytes,
            total_octets: settings.attachments.total_bytes,
            media_types: settings.attachments.media_types.clone(),
        },
        ..Options::new(&settings.data_dir)
    }
}

/// A number of the settings as a size; their bounds fit any machine.
pub fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Tells what opening found.
fn tell(register: &Register, opened: &Opened) -> Result<(), Failure> {
    if let Some(what) = &opened.torn {
        TornTailCut { what }.emit();
    }
    if let Some(why) = &opened.rebuilt {
        Rebuilt { why }.emit();
    }
    if opened.founded {
        let info = register.info().map_err(|why| unreadable(&why))?;
        let data_version = info.data_version.as_deref().unwrap_or_default();
        Founded {
            register: &info.register,
            data_version,
        }
        .emit();
    }
    Ok(())
}

fn unreadable(why: &ViewFault) -> Failure {
    let what = "the register cannot be read";
    Failure::Register {
        what,
        why: why.to_string(),
    }
}

/// Records the reference data that the program carries, where the register's is older.
pub async fn load_newer_data(register: &Register, data: ReferenceData) -> Result<(), Failure> {
    let loaded = register
        .info()
        .map_err(|why| unreadable(&why))?
        .data_version;
    if !data.is_newer_than(loaded.as_deref()) {
        return Ok(());
    }
    let ReferenceData { version, entries } = data;
    let submission = Submission {
        request_id: register.fresh_request_id(),
        digest: register.digest_request(version.as_bytes()),
        validate_only: false,
        reason: None,
        override_reason: None,
        asked_by: None,
        command: Command::LoadReferences {
            version: version.clone(),
            entries,
        },
    };
    let outcome = register.submit(Permit::system(), submission).await;
    let outcome = outcome.map_err(|why| Failure::Register {
        what: "the newer reference data could not be recorded",
        why: why.to_string(),
    })?;
    DataLoaded {
        version: &version,
        entries: outcome.entries.len(),
    }
    .emit();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_reach_the_register() {
        let mut settings = Settings::default();
        settings.limits.queue_requests = 7;
        settings.journal.origin = "x.example/register".to_owned();
        settings.attachments.file_bytes = 9;
        let world = World::load(&settings).unwrap();
        let made = register_options(&settings, Some(&world));
        assert_eq!(made.queue_max, 7);
        assert_eq!(made.papers.file_octets, 9);
        assert_eq!(made.origin, "x.example/register");
        assert_eq!(made.authorities, None);
        settings.authority.file = "named.toml".into();
        assert_eq!(
            register_options(&settings, Some(&world))
                .authorities
                .unwrap()
                .len(),
            1
        );
    }
}
