//! Peers that answer.

use super::*;
use crate::transport::Refusal;

fn confirming() -> Fake {
    let fake = Fake::new();
    fake.state().is_confirmed = true;
    fake
}

fn refuse(fake: &Fake, is_final: bool) {
    fake.state().failures.push_back(Refusal::error("no", is_final));
}

fn causes(loss: Loss) -> Vec<String> {
    let error = loss.into_error();
    let mut texts = vec![error.to_string()];
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    texts
}

#[test]
fn a_frame_that_is_refused_for_good_is_lost_alone() {
    for peer in [peer, |fake: &Fake| peer_with(fake, quiet())] {
        let fake = confirming();
        let peer = peer(&fake);
        refuse(&fake, true);
        let outcome = peer.send(b"one");
        let Outcome::Lost(loss) = outcome else { panic!("{outcome:?}") };
        assert_eq!(causes(loss), ["send to fake", "no"]);
        assert!(matches!(peer.send(b"two"), Outcome::Sent));
        assert_eq!((fake.attempts(), counters(&peer)), (1, [1, 1, 0, 0]));
    }
}

#[test]
fn without_a_backlog_a_frame_that_is_refused_for_now_is_lost_alone() {
    let fake = confirming();
    let peer = peer(&fake);
    refuse(&fake, false);
    assert!(matches!(peer.send(b"one"), Outcome::Lost(Loss::Broken(_))));
    assert!(matches!(peer.send(b"two"), Outcome::Sent));
    assert_eq!((fake.attempts(), counters(&peer)), (1, [1, 1, 0, 0]));
}

#[test]
fn what_is_refused_for_now_is_kept_and_tried_ever_less_often() {
    let fake = confirming();
    let peer = peer_with(&fake, quiet());
    assert!(matches!(peer.send(b"one"), Outcome::Sent));
    let mut attempts = Vec::new();
    for second in 0..64 {
        let before = fake.attempts();
        refuse(&fake, false);
        assert!(matches!(peer.send(b"later"), Outcome::Queued));
        fake.state().failures.clear();
        if fake.attempts() > before || second == 0 {
            attempts.push(second);
        }
        advance(&fake, 1);
    }
    assert_eq!(attempts, [0, 1, 3, 7, 15, 31, 61]);
    peer.flush().unwrap();
    assert_eq!((fake.received().len(), counters(&peer)[1..3].to_vec()), (65, vec![0, 0]));
}

#[test]
fn a_queued_frame_that_is_refused_is_told_of_with_the_next_record() {
    let fake = confirming();
    let peer = peer_with(&fake, quiet());
    fake.state().is_up = false;
    let _ = peer.send(b"one");
    let _ = peer.send(b"two");
    fake.state().is_up = true;
    advance(&fake, 1);
    refuse(&fake, true);
    let outcome = peer.send(b"three");
    let Outcome::Lost(loss) = outcome else { panic!("{outcome:?}") };
    assert_eq!(causes(loss), ["send a record that was queued", "send to fake", "no"]);
    assert_eq!(fake.received(), ["two", "three"]);
    assert!(matches!(peer.send(b"four"), Outcome::Sent), "it is told once");
    assert_eq!((counters(&peer), peer.base().counters().dropped), ([3, 1, 0, 0], 0));
}

#[test]
fn flushing_tells_of_queued_frames_that_were_refused() {
    let fake = confirming();
    let peer = peer_with(&fake, quiet());
    fake.state().is_up = false;
    for frame in [b"one", b"two", b"six"] {
        let _ = peer.send(frame);
    }
    fake.state().is_up = true;
    refuse(&fake, true);
    refuse(&fake, true);
    let error = peer.flush().unwrap_err();
    assert_eq!(error.to_string(), "send a record that was queued");
    peer.flush().unwrap();
    assert_eq!(fake.received(), ["six"]);
    assert_eq!((counters(&peer), peer.base().counters().dropped), ([1, 2, 0, 0], 2));
}

#[test]
fn a_peer_that_takes_connections_and_never_answers_is_tried_ever_less_often() {
    let fake = confirming();
    let peer = peer(&fake);
    let mut attempts = Vec::new();
    for second in 0..32 {
        let before = fake.attempts();
        fake.state().failures.push_back(io::ErrorKind::TimedOut.into());
        assert!(matches!(peer.send(b"lost"), Outcome::Lost(_)));
        fake.state().failures.clear();
        if fake.attempts() > before {
            attempts.push(second);
        }
        advance(&fake, 1);
    }
    assert_eq!(attempts, [0, 1, 3, 7, 15, 31]);
}

#[test]
fn a_connection_that_breaks_after_an_answer_is_made_anew_at_once() {
    let fake = confirming();
    let peer = peer(&fake);
    assert!(matches!(peer.send(b"one"), Outcome::Sent));
    fake.state().failures.push_back(io::ErrorKind::UnexpectedEof.into());
    assert!(matches!(peer.send(b"two"), Outcome::Lost(Loss::Broken(_))));
    assert!(matches!(peer.send(b"three"), Outcome::Sent));
    assert_eq!((fake.received().concat(), counters(&peer)), ("onethree".into(), [2, 1, 0, 1]));
}
