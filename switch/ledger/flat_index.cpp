#include "switch/ledger/flat_index.hpp"

namespace turnout::ledger {

// Backward-shift deletion: entries behind the hole move up when the hole lies between their home
// and where they are, so that probing never needs markers that pile up over the years.
bool FlatIndex::erase(std::uint64_t hash, std::uint32_t position_to_remove) noexcept
{
    auto hole = slot_of(hash, position_to_remove);
    if (hole == kNoSlot) return false;
    auto const mask = slots_.size() - 1;
    for (auto at = next(hole); slots_[at] != 0; at = next(at)) {
        auto const distance_home = (at - home(slots_[at])) & mask;
        auto const distance_hole = (at - hole) & mask;
        if (distance_home < distance_hole) continue;
        slots_[hole] = slots_[at];
        hole = at;
    }
    slots_[hole] = 0;
    return true;
}

}  // namespace turnout::ledger
