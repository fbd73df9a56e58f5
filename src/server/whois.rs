//! The WHOIS port: its listener and its bounds put before the face.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    config::Whois,
    desk::Desk,
    oidip::{Publication, Tokens},
    whois::{self, Options},
};

use super::build::size;
use super::transport::connections;

/// Serves until `stopping` is cancelled and every answer that was begun has ended.
pub async fn serve(
    listener: TcpListener,
    settings: Whois,
    desk: Arc<Desk>,
    publication: Arc<Publication>,
    stopping: CancellationToken,
) {
    let most = size(settings.connections);
    let arrivals = connections(listener, most, size(settings.connections_per_source));
    let arrivals = arrivals.map(|arrival| (arrival.connection, arrival.peer));
    whois::serve(arrivals, desk, publication, options(&settings), stopping).await;
}

fn options(settings: &Whois) -> Options {
    let most = size(settings.connections);
    Options {
        request_time_max: Duration::from_secs(settings.request_seconds),
        answer_time_max: Duration::from_secs(settings.answer_seconds),
        // So the next one finds a place: the bound of the port itself lets it wait.
        crowd_max: most - most / 8,
        tokens: if settings.tokens {
            Tokens::Taken
        } else {
            Tokens::PassedOver
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whois::limits::{ANSWER_TIME_MAX, CROWD_MAX, REQUEST_TIME_MAX};

    #[test]
    fn the_standard_settings_are_the_standard_options() {
        let made = options(&Whois::default());
        assert_eq!(format!("{made:?}"), format!("{:?}", Options::default()));
        assert_eq!(made.request_time_max, REQUEST_TIME_MAX);
        assert_eq!(made.answer_time_max, ANSWER_TIME_MAX);
        assert_eq!(made.crowd_max, CROWD_MAX);
        let settings = Whois {
            tokens: true,
            connections: 8,
            ..Whois::default()
        };
        let made = options(&settings);
        assert_eq!((made.tokens, made.crowd_max), (Tokens::Taken, 7));
    }
}
