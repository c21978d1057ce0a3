//! What a network and a peer can do to `SocketHandler`, `DatagramHandler` and `SysLogHandler`.
//!
//! The faults are real ones: hosts of their own, between which a firewall drops or refuses what goes
//! over the wire, name servers that are silent, peers that cut, reset and never read. CPython's own
//! losses under the same faults are cited where they are worse. No logging call may take longer than
//! its timeout, and every record is sent, or counted as dropped, or queued.
//!
//! | row | what happens | tests |
//! |---|---|---|
//! | B1 | the peer is restarted | [`socket_handler::restarts`](crate::socket_handler): `what_is_lost_while_the_receiver_is_down_is_counted_to_the_record`, `a_receiver_that_is_restarted_at_once_costs_nothing`, `a_receiver_killed_under_load_costs_no_more_than_what_was_under_way`, `with_a_backlog_nothing_is_lost_while_the_receiver_is_down` |
//! | | it resets, closes at once, refuses, or has no route | [`pieces`]: `a_peer_that_resets_when_it_has_read_all_costs_nothing`; [`socket_handler::faults`](crate::socket_handler): `a_peer_that_accepts_and_closes_costs_one_connection_for_each_record`; [`unreachable`]: `a_port_that_is_refused_costs_no_time`, `a_host_without_a_route_…`, `a_syslog_daemon_that_cannot_be_reached_…` |
//! | B2 | it never reads | [`socket_handler::faults`](crate::socket_handler): `a_peer_that_never_reads_…`, `what_a_stalled_peer_did_not_take_is_sent_when_there_is_a_better_one`; [`sys_log_handler::faults`](crate::sys_log_handler): `a_stream_that_is_not_read_costs_no_call_more_than_its_time`, `eight_threads_wait_no_longer_than_one`; [`local`]: `a_stream_that_nobody_accepts_or_reads_…` |
//! | B3 | the connection is half-open | [`half_open`]: `a_network_that_is_well_again_costs_less_than_in_python`, `a_network_that_stays_away_costs_what_was_logged_since_and_that_is_counted`, `a_syslog_daemon_that_vanishes_is_reported_and_found_again`, `datagrams_that_are_all_lost_cost_nobody_any_time` |
//! | B4 | a frame is cut, or goes in parts | [`socket_handler::faults`](crate::socket_handler): `a_frame_that_was_cut_is_never_continued`; [`pieces`]: `a_syslog_message_that_was_cut_is_never_continued`, `messages_that_go_in_parts_arrive_whole` |
//! | B5 | the name of the peer has no answer | [`names`]: `a_name_that_does_not_exist_…`, `a_name_server_that_does_not_answer_…`, `a_name_that_is_known_at_last_is_used` |
//! | B6 | many come back at once | [`storm`]: `handlers_come_back_when_those_of_python_do_and_apart_if_they_have_jitter`; [`socket_handler::faults`](crate::socket_handler): `handlers_with_jitter_…`, `the_back_off_begins_anew_after_a_success` |
//! | B7 | a datagram is refused | [`unreachable`]: `datagrams_that_are_refused_are_reported_to_those_who_ask`; [`datagram_handler`](crate::datagram_handler): `a_port_at_which_nobody_listens_is_silent`; [`sys_log_handler::faults`](crate::sys_log_handler): `a_port_that_nobody_listens_at_is_no_error` |
//! | | it is too long | [`sizes`]: `a_datagram_arrives_whole_or_is_reported_as_in_python`, `a_message_of_a_hundred_megabytes_…`; [`sys_log_handler::limits`](crate::sys_log_handler): `too_long_a_datagram_is_reported_and_the_next_is_sent`, `a_message_that_is_too_long_can_be_cut` |
//! | B8 | `/dev/log` is absent, appears, goes, stalls | [`sys_log_handler`](crate::sys_log_handler): `a_daemon_may_come_late_go_and_come_back`, `a_daemon_may_come_back_with_the_other_type_of_socket`, `a_daemon_that_does_not_read_costs_its_time_once`; [`local`]: `a_reader_of_datagrams_may_come_late_go_and_come_back`, `a_reader_that_stalls_…`, `a_backlog_has_what_a_reader_that_stalls_does_not_take` |
//! | B9 | syslog over TCP: the daemon is restarted, absent, forged | [`sys_log_handler::streams`](crate::sys_log_handler): `a_daemon_that_is_restarted_gets_all_that_follows`, `a_daemon_that_is_not_there_is_an_error_of_the_constructor`, `a_backlog_keeps_what_a_daemon_that_is_away_should_get`; its `rsyslog`: `a_daemon_that_is_killed_and_started_gets_what_follows`, `counted_messages_by_tcp_cannot_forge_others`; its `content`: `a_counted_message_is_one_whatever_is_in_it` |
//! | B12 | TLS: a good certificate and bad ones | [`tls`]: `a_peer_that_shows_who_it_is_gets_the_records`, `a_peer_that_cannot_show_who_it_is_gets_nothing`, `a_peer_that_the_system_trusts_is_trusted_by_default`; [`transport::tls`](crate::transport) |
//! | C10 | a message would like to be several | [`content`]; [`sys_log_handler::content`](crate::sys_log_handler) |
//!
//! The other rows of that letter are about mail, HTTP and GELF.

mod content;
mod half_open;
mod local;
mod names;
mod pieces;
mod sizes;
mod storm;
mod tls;
mod unreachable;

use std::io::Read;
use std::time::{Duration, Instant};

use handlers_core::{HandlerBase, Record, Result};

/// The bare message.
fn encode_message(_: &HandlerBase, record: &Record<'_>, out: &mut Vec<u8>) -> Result<()> {
    out.extend_from_slice(record.message()?.as_bytes());
    Ok(())
}

/// What a call gives that must not take longer than `most`.
fn within<T>(most: Duration, call: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let given = call();
    let taken = begin.elapsed();
    assert!(taken < most, "it took {taken:?}");
    given
}

/// All that comes until the connection ends.
fn read_all(mut connection: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    connection.read_to_end(&mut bytes).expect("the connection has an end");
    bytes
}

const SECOND: Duration = Duration::from_secs(1);

/// How long a logging call may take that has a second, on a machine that is busy.
const MOST: Duration = Duration::from_secs(3);

/// A timeout for calls that are not about time.
const AGES: Duration = Duration::from_secs(60);
