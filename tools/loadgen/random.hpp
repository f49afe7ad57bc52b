// Seeded generator of the load tools (splitmix64): the same seed gives the same cards, amounts and
// kinds in the same order. Not for secrets.
#pragma once
#include <cstdint>

namespace turnout::loadgen {

class Random {
public:
    explicit constexpr Random(std::uint64_t seed) noexcept : state_(seed) {}

    [[nodiscard]] constexpr std::uint64_t next() noexcept
    {
        auto z = (state_ += 0x9e3779b97f4a7c15U);
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }
    [[nodiscard]] constexpr std::uint32_t next32() noexcept
    {
        return static_cast<std::uint32_t>(next() >> 32U);
    }
    // 0 .. bound - 1, bound > 0 and below 2^32; the bias is below 2^-32 x bound.
    [[nodiscard]] constexpr std::uint32_t below(std::uint32_t bound) noexcept
    {
        return static_cast<std::uint32_t>((static_cast<std::uint64_t>(next32()) * bound) >> 32U);
    }

private:
    std::uint64_t state_;
};

}  // namespace turnout::loadgen
