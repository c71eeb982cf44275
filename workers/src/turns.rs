//! Whose job is next.
//!
//! Whoever holds the least is next. So a seller with a backlog of thousands fills idle threads,
//! and stands back as soon as another one comes with a single job.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// One who takes turns: a turn of a lane that has ready jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Player {
    /// Index of the lane.
    pub lane: usize,
    /// Jobs held already.
    pub held: usize,
    /// Jobs it may get at most.
    pub most: usize,
}

/// Deals `room` jobs to the players; `lanes` has the room of each lane. Answers how many each gets.
///
/// Between players that hold equally many the one after `cursor` comes first: callers move it on
/// from deal to deal, so that with more players than room everybody has a turn.
pub fn deal(mut room: usize, lanes: &mut [usize], players: &[Player], cursor: usize) -> Vec<usize> {
    let mut dealt = vec![0; players.len()];
    let count = players.len().max(1);
    let mut queue: BinaryHeap<_> = players
        .iter()
        .enumerate()
        .map(|(index, player)| Reverse((player.held, (index + count - cursor % count) % count, index)))
        .collect();
    while room > 0
        && let Some(Reverse((held, order, index))) = queue.pop()
    {
        let player = &players[index];
        if dealt[index] >= player.most || lanes[player.lane] == 0 {
            continue;
        }
        dealt[index] += 1;
        lanes[player.lane] -= 1;
        room -= 1;
        queue.push(Reverse((held + 1, order, index)));
    }
    dealt
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        room: usize,
        lanes: &[usize],
        players: &[(usize, usize, usize)],
        cursor: usize,
        dealt: &[usize],
    ) {
        let players: Vec<_> = players.iter().map(|&(lane, held, most)| Player { lane, held, most }).collect();
        assert_eq!(deal(room, &mut lanes.to_vec(), &players, cursor), dealt, "{players:?}");
    }

    #[test]
    fn whoever_holds_the_least_is_next() {
        const ALL: usize = usize::MAX;
        check(4, &[ALL], &[(0, 0, ALL)], 0, &[4]);
        check(4, &[ALL], &[(0, 0, ALL), (0, 0, ALL)], 0, &[2, 2]);
        check(4, &[ALL], &[(0, 9, ALL), (0, 0, ALL)], 0, &[0, 4]);
        check(4, &[ALL], &[(0, 2, ALL), (0, 0, ALL)], 0, &[1, 3]);
        check(4, &[ALL], &[(0, 0, 1), (0, 0, ALL)], 0, &[1, 3]);
        check(0, &[ALL], &[(0, 0, ALL)], 0, &[0]);
        check(4, &[ALL], &[], 3, &[]);
    }

    #[test]
    fn a_full_lane_leaves_its_room_to_the_others() {
        check(6, &[1, 9], &[(0, 0, 9), (0, 0, 9), (1, 0, 9)], 0, &[1, 0, 5]);
    }

    #[test]
    fn with_more_players_than_room_everybody_has_a_turn() {
        let five = [(0, 0, 9); 5];
        check(2, &[9], &five, 0, &[1, 1, 0, 0, 0]);
        check(2, &[9], &five, 2, &[0, 0, 1, 1, 0]);
        check(2, &[9], &five, 4, &[1, 0, 0, 0, 1]);
    }
}
