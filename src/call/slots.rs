//! Takes things, gives each a number by which it is found at once, and its room to others once it is gone.
//!
//! Invariant: a number is given once only, so that one of something that is gone finds nothing, whatever has taken its room.

/// A number: the room in its lower half, in its upper half how many had that room before.
type Number = u64;

/// Things by their numbers.
#[derive(Debug)]
pub(super) struct Slots<T> {
    rooms: Vec<Room<T>>,
    /// The rooms that others may have.
    free: Vec<u32>,
    len: usize,
}

#[derive(Debug)]
struct Room<T> {
    number: Number,
    thing: Option<T>,
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self { rooms: Vec::new(), free: Vec::new(), len: 0 }
    }
}

impl<T> Slots<T> {
    /// How many things there are.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Takes a thing, and gives its number.
    pub(super) fn insert(&mut self, thing: T) -> Number {
        self.len += 1;
        if let Some(room) = self.free.pop().and_then(|index| self.rooms.get_mut(index as usize)) {
            room.thing = Some(thing);
            return room.number;
        }
        // Nothing is held by thousands of millions.
        let number = self.rooms.len() as Number;
        self.rooms.push(Room { number, thing: Some(thing) });
        number
    }

    pub(super) fn get(&self, number: Number) -> Option<&T> {
        self.rooms.get(number as u32 as usize).filter(|room| room.number == number)?.thing.as_ref()
    }

    pub(super) fn get_mut(&mut self, number: Number) -> Option<&mut T> {
        self.rooms.get_mut(number as u32 as usize).filter(|room| room.number == number)?.thing.as_mut()
    }

    /// Gives the thing back, and its room to others.
    pub(super) fn remove(&mut self, number: Number) -> Option<T> {
        let room = self.rooms.get_mut(number as u32 as usize).filter(|room| room.number == number)?;
        let thing = room.thing.take()?;
        self.len -= 1;
        // A room whose tenants can be counted no further stays empty.
        if let Some(next) = number.checked_add(1 << 32) {
            room.number = next;
            self.free.push(number as u32);
        }
        Some(thing)
    }
}

#[cfg(test)]
mod tests {
    use super::Slots;

    #[test]
    fn the_number_of_what_is_gone_finds_nothing_in_its_room() {
        let mut slots = Slots::default();
        let (a, b) = (slots.insert('a'), slots.insert('b'));
        assert_eq!(slots.remove(a), Some('a'));
        let c = slots.insert('c');
        assert_eq!((slots.rooms.len(), slots.len()), (2, 2), "the room was given on");
        assert_eq!([a, b, c].map(|number| slots.get(number).copied()), [None, Some('b'), Some('c')]);
        assert_eq!((slots.remove(a), slots.get_mut(c)), (None, Some(&mut 'c')));
    }
}
