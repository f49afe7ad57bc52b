// Counters: one block per thread, written by that thread alone, readable by all. The list with
// units and meanings is counters.def. Nothing here allocates, locks or reads a clock.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace turnout {

enum class CounterId : std::uint8_t {
#define COUNTER(id, name, unit, meaning) id,
#include "switch/base/counters.def"
#undef COUNTER
    count,
};
inline constexpr std::size_t kCounters = static_cast<std::size_t>(CounterId::count);

struct CounterInfo {
    std::string_view name, unit, meaning;
};
[[nodiscard]] CounterInfo const& info(CounterId id) noexcept;

// One thread's cells. The owner calls add() and raise(); any thread may call get().
class alignas(128) Counters {
public:
    // A plain load and store: there is one writer, so no locked instruction is needed. Relaxed:
    // a counter orders nothing.
    void add(CounterId id, std::uint64_t count = 1) noexcept
    {
        auto& cell = cells_[static_cast<std::size_t>(id)];
        cell.store(cell.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
    }
    void raise(CounterId id, std::uint64_t value) noexcept
    {
        auto& cell = cells_[static_cast<std::size_t>(id)];
        if (value > cell.load(std::memory_order_relaxed))
            cell.store(value, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t get(CounterId id) const noexcept
    {
        return cells_[static_cast<std::size_t>(id)].load(std::memory_order_relaxed);
    }

private:
    std::array<std::atomic<std::uint64_t>, kCounters> cells_{};
};

// The value over all blocks: the sum, or the largest for a name that ends in _max.
[[nodiscard]] std::uint64_t total(std::span<Counters const* const> blocks, CounterId id) noexcept;
// One line "name value unit" per counter that is not zero; allocates, never on a loop.
[[nodiscard]] std::string dump(std::span<Counters const* const> blocks);

}  // namespace turnout
