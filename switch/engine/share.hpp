// How many places of a bounded table one participant may take. An eighth is kept for messages about
// money that has moved already (advices, completions, reversals): those must be recordable when
// requests have filled the rest. Only deciding asks; a record applies wherever the table has room.
#pragma once
#include <algorithm>
#include <cstdint>

namespace turnout::engine {

enum class Claim : std::uint8_t {
    request,  // can be refused
    settled,  // reports what has happened
};

class Share {
public:
    // `percent`, 1 to 100, is what one participant may take of either part.
    Share(std::uint32_t capacity, unsigned percent) noexcept
        : all_{capacity - capacity / kReserved, capacity},
          own_{part(all_[0], percent), part(all_[0], percent) + part(capacity / kReserved, percent)}
    {
        own_[0] = std::max(own_[0], 1U);
        own_[1] = std::max(own_[1], own_[0]);
    }

    // Whether `wanted` more fit where `used` are taken, `used_own` of them by this participant.
    [[nodiscard]] bool has_room(Claim claim, std::uint32_t used, std::uint32_t used_own,
                                std::uint32_t wanted) const noexcept
    {
        auto const kind = static_cast<std::size_t>(claim);
        return std::uint64_t{used} + wanted <= all_[kind] &&
               std::uint64_t{used_own} + wanted <= own_[kind];
    }
    // How full it is for requests, in percent: the table, and a participant's part of it.
    [[nodiscard]] unsigned percent_of_all(std::uint32_t used) const noexcept
    {
        return percent(used, all_[0]);
    }
    [[nodiscard]] unsigned percent_of_own(std::uint32_t used_own) const noexcept
    {
        return percent(used_own, own_[0]);
    }

private:
    static constexpr std::uint32_t kReserved = 8;

    static std::uint32_t part(std::uint32_t places, unsigned percent) noexcept
    {
        return static_cast<std::uint32_t>(std::uint64_t{places} * percent / 100);
    }
    static unsigned percent(std::uint32_t used, std::uint32_t of) noexcept
    {
        return static_cast<unsigned>(std::uint64_t{used} * 100 / std::max(of, 1U));
    }

    std::uint32_t all_[2];  // by Claim
    std::uint32_t own_[2];
};

}  // namespace turnout::engine
