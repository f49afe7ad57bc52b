#include "switch/base/counters.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace turnout {

static constexpr CounterInfo kInfos[] = {
#define COUNTER(id, name, unit, meaning) {name, unit, meaning},
#include "switch/base/counters.def"
#undef COUNTER
};
static_assert(std::size(kInfos) == kCounters);

CounterInfo const& info(CounterId id) noexcept
{
    return kInfos[static_cast<std::size_t>(id)];
}

std::uint64_t total(std::span<Counters const* const> blocks, CounterId id) noexcept
{
    auto const largest = info(id).name.ends_with("_max");
    std::uint64_t value = 0;
    for (auto const* block : blocks)
        value = largest ? std::max(value, block->get(id)) : value + block->get(id);
    return value;
}

std::string dump(std::span<Counters const* const> blocks)
{
    std::string out;
    for (std::size_t index = 0; index < kCounters; ++index) {
        auto const id = static_cast<CounterId>(index);
        if (auto const value = total(blocks, id); value != 0)
            out += fmt::format("{} {} {}\n", info(id).name, value, info(id).unit);
    }
    return out;
}

}  // namespace turnout
