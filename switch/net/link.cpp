#include "switch/net/link.hpp"

namespace turnout::net {

Link const* find_link(std::vector<Link> const& links, std::uint32_t listener,
                      std::array<std::uint8_t, 16> const& peer) noexcept
{
    Link const* best = nullptr;
    unsigned best_bits = 0;
    for (auto const& link : links) {
        if (link.listener != listener) continue;
        for (auto const& block : link.blocks) {
            if (!block.contains(peer) || (best != nullptr && block.prefix_bits <= best_bits))
                continue;
            best = &link;
            best_bits = block.prefix_bits;
        }
    }
    return best;
}

}  // namespace turnout::net
