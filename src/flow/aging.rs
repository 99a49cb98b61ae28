//! Takes keyed state, gives it back by key, and by age: the entry that was touched longest ago stands first.
//!
//! Every operation takes constant time, so that a bounded table evicts without a search. Order never comes from the hash map.

use std::collections::HashMap;
use std::hash::Hash;

/// No entry.
const NONE: u32 = u32::MAX;

/// A slot: an entry with its neighbours in age, or free.
#[derive(Debug)]
struct Slot<K, V> {
    entry: Option<(K, V)>,
    older: u32,
    younger: u32,
}

/// A map whose entries also stand in the order in which they were last touched.
#[derive(Debug)]
pub(super) struct Aging<K, V> {
    index: HashMap<K, u32, foldhash::fast::RandomState>,
    slots: Vec<Slot<K, V>>,
    free: Vec<u32>,
    oldest: u32,
    youngest: u32,
}

impl<K: Copy + Eq + Hash, V> Aging<K, V> {
    /// An empty map.
    pub(super) fn new() -> Self {
        Self { index: HashMap::default(), slots: Vec::new(), free: Vec::new(), oldest: NONE, youngest: NONE }
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    /// The number of the entry under `key`; it stays until the entry is removed.
    pub(super) fn find(&self, key: &K) -> Option<u32> {
        self.index.get(key).copied()
    }

    /// Entry `id`.
    pub(super) fn get(&self, id: u32) -> Option<&V> {
        self.slots.get(id as usize)?.entry.as_ref().map(|(_, value)| value)
    }

    /// Entry `id` with its key.
    pub(super) fn entry(&self, id: u32) -> Option<&(K, V)> {
        self.slots.get(id as usize)?.entry.as_ref()
    }

    /// Entry `id` with its key, to be changed.
    pub(super) fn entry_mut(&mut self, id: u32) -> Option<(&K, &mut V)> {
        self.slots.get_mut(id as usize)?.entry.as_mut().map(|(key, value)| (&*key, value))
    }

    /// Entry `id`, to be changed.
    pub(super) fn get_mut(&mut self, id: u32) -> Option<&mut V> {
        self.entry_mut(id).map(|(_, value)| value)
    }

    /// Puts `value` under `key` as the youngest; an entry that stood there is removed.
    pub(super) fn insert(&mut self, key: K, value: V) -> u32 {
        if let Some(id) = self.find(&key) {
            self.remove(id);
        }
        let slot = Slot { entry: Some((key, value)), older: NONE, younger: NONE };
        let id = match self.free.pop() {
            Some(id) => {
                if let Some(free) = self.slots.get_mut(id as usize) {
                    *free = slot;
                }
                id
            }
            None => {
                self.slots.push(slot);
                u32::try_from(self.slots.len() - 1).unwrap_or(NONE)
            }
        };
        self.index.insert(key, id);
        self.link(id);
        id
    }

    /// Makes entry `id` the youngest.
    pub(super) fn touch(&mut self, id: u32) {
        if self.youngest != id {
            self.unlink(id);
            self.link(id);
        }
    }

    /// Takes entry `id` out.
    pub(super) fn remove(&mut self, id: u32) -> Option<(K, V)> {
        let entry = self.slots.get_mut(id as usize)?.entry.take()?;
        self.unlink(id);
        self.index.remove(&entry.0);
        self.free.push(id);
        Some(entry)
    }

    /// The entry that was touched longest ago.
    pub(super) const fn oldest(&self) -> Option<u32> {
        if self.oldest == NONE { None } else { Some(self.oldest) }
    }

    /// The entry that was touched next after `id`.
    pub(super) fn next(&self, id: u32) -> Option<u32> {
        self.slots.get(id as usize).map(|slot| slot.younger).filter(|&next| next != NONE)
    }

    fn link(&mut self, id: u32) {
        let older = std::mem::replace(&mut self.youngest, id);
        if let Some(slot) = self.slots.get_mut(id as usize) {
            (slot.older, slot.younger) = (older, NONE);
        }
        match self.slots.get_mut(older as usize) {
            Some(slot) => slot.younger = id,
            None => self.oldest = id,
        }
    }

    fn unlink(&mut self, id: u32) {
        let Some((older, younger)) = self.slots.get(id as usize).map(|slot| (slot.older, slot.younger)) else { return };
        match self.slots.get_mut(older as usize) {
            Some(slot) => slot.younger = younger,
            None => self.oldest = younger,
        }
        match self.slots.get_mut(younger as usize) {
            Some(slot) => slot.older = older,
            None => self.youngest = older,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys_by_age(map: &Aging<u8, u8>) -> Vec<u8> {
        std::iter::successors(map.oldest(), |&id| map.next(id)).filter_map(|id| map.get(id).copied()).collect()
    }

    #[test]
    fn the_entry_touched_longest_ago_stands_first() {
        let mut map = Aging::new();
        let ids: Vec<_> = (0..4).map(|key| map.insert(key, key)).collect();
        map.touch(ids[0]);
        map.touch(ids[2]);
        assert_eq!(keys_by_age(&map), [1, 3, 0, 2]);
        assert_eq!(map.remove(ids[3]), Some((3, 3)));
        assert_eq!(map.remove(ids[3]), None);
        assert_eq!(keys_by_age(&map), [1, 0, 2]);
        map.insert(9, 9);
        assert_eq!(keys_by_age(&map), [1, 0, 2, 9]);
        map.insert(1, 7);
        assert_eq!(keys_by_age(&map), [0, 2, 9, 7]);
        assert_eq!((map.len(), map.find(&3)), (4, None));
    }

    #[test]
    fn an_emptied_map_can_be_filled_again() {
        let mut map = Aging::new();
        for round in 0..3_u8 {
            let ids: Vec<_> = (0..3).map(|key| map.insert(key, key + round)).collect();
            assert_eq!(keys_by_age(&map), [round, round + 1, round + 2]);
            for id in ids {
                map.remove(id);
            }
            assert_eq!((map.oldest(), map.len()), (None, 0));
        }
    }
}
