//! What a ride costs.

/// The fare in cents: a base, then so much for each kilometre that was begun.
///
/// Children below six ride for free.
pub fn fare(metres: u32, age: u8) -> u32 {
    if age < 6 {
        return 0;
    }
    250 + 120 * metres.div_ceil(1000)
}

/// How a fare is split among riders: the first ones pay the odd cents.
pub fn shares(cents: u32, riders: u32) -> Result<Vec<u32>, String> {
    if riders == 0 {
        return Err("nobody rides".to_string());
    }
    let (each, odd) = (cents / riders, cents % riders);
    Ok((0..riders).map(|rider| if rider < odd { each + 1 } else { each }).collect())
}
