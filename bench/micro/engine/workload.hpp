// What the engine benchmark feeds: a million accounts with a card each, and purchases of random
// cards of which a share are repeats of earlier ones. Built outside the measured time.
#pragma once
#include "switch/engine/engine.hpp"

#include <vector>

namespace turnout::engine::bench {

struct Shape {
    std::uint32_t accounts = 1'000'000;
    std::uint32_t purchases = 2'000'000;  // per run
    std::uint32_t batch = 256;
    std::uint32_t duplicates_percent = 2;
};

inline constexpr UnixNanos kStart = 1'800'014'400ULL * kNanosPerSecond;

class Workload {
public:
    explicit Workload(Shape const& shape);

    // Commands of the next batch; valid until the next call.
    [[nodiscard]] std::span<Command const> next_batch();
    void restart() noexcept;

    [[nodiscard]] static EngineConfig config(Shape const& shape);
    // Genesis and sign-on; the same in every engine.
    static void found(Engine& engine, Shape const& shape);
    [[nodiscard]] KeyedHash const& hash() const noexcept { return hash_; }

private:
    [[nodiscard]] Command purchase(std::uint64_t number) const;

    struct Card {
        std::uint8_t pan[10];
        std::uint64_t pan_h0, pan_h1;
    };

    Shape shape_;
    KeyedHash hash_;
    std::vector<Card> cards_;
    std::vector<Command> batch_;
    std::uint64_t number_ = 0;
};

[[nodiscard]] std::uint64_t random_of(std::uint64_t number) noexcept;

}  // namespace turnout::engine::bench
