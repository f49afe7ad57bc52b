// What a loop knows about a peer: the link that its listener and address stand for. Built at start,
// read-only afterwards but for the number of its connections.
#pragma once
#include "switch/base/config.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace turnout::net {

struct Link {
    std::string name;
    std::uint32_t index = 0;        // in the configuration; with the loop it is a record's origin
    std::uint32_t listener = 0;     // index of its listener
    std::uint32_t participant = 0;  // id in the master data
    std::uint64_t acquirer_id = 0;
    std::vector<std::uint64_t> also_acquirers;
    std::vector<AddressBlock> blocks;
    DuplicateTime duplicate_time = DuplicateTime::de7;
    std::uint32_t connections_max = UINT32_MAX;  // of the listener's, over all loops
    std::shared_ptr<std::atomic<std::uint32_t>> connections =
        std::make_shared<std::atomic<std::uint32_t>>(0);

    [[nodiscard]] bool allows(std::uint64_t acquirer) const noexcept
    {
        if (acquirer == acquirer_id) return true;
        for (auto const other : also_acquirers)
            if (acquirer == other) return true;
        return false;
    }
};

// The link of a peer on a listener: the longest matching prefix; nullptr when nobody has it.
[[nodiscard]] Link const* find_link(std::vector<Link> const& links, std::uint32_t listener,
                                    std::array<std::uint8_t, 16> const& peer) noexcept;

}  // namespace turnout::net
