// Which messages a run sends, in which shares. A mix is data: kinds and weights; the choice per
// message is drawn from the run's seed.
#pragma once
#include "protocol/iso8583/mti.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace turnout::loadgen {

enum class Kind : std::uint8_t {
    auth = 0,    // 0100, processing code 000000: the bench message
    purchase,    // 0200, 000000
    withdrawal,  // 0200, 010000
    refund,      // 0200, 200000
    balance,     // 0200, 310000, no amount
    completion,  // 0220 for an approved auth of this run, same terminal and RRN
    reversal,    // 0420 for an approved auth or purchase of this run, DE 90
};
inline constexpr std::size_t kKinds = 7;

struct KindInfo {
    std::string_view name;
    iso8583::Mti mti;
    std::string_view proc_code;
};
[[nodiscard]] KindInfo const& info(Kind kind) noexcept;

class Mix {
public:
    // Only bench 0100 authorizations.
    Mix() noexcept { weights_[0] = 1; }

    // "auth=60,purchase=30,reversal=10" (weights, any sum), "bench", or "demo". nullopt: unknown
    // kind, bad number, no weight at all, or a completion or reversal without anything to refer to.
    [[nodiscard]] static std::optional<Mix> parse(std::string_view text);

    [[nodiscard]] bool has(Kind kind) const noexcept
    {
        return weights_[static_cast<std::size_t>(kind)] != 0;
    }
    [[nodiscard]] bool single() const noexcept;
    // Kind for a random 32-bit number: shares are weight / sum.
    [[nodiscard]] Kind pick(std::uint32_t random) const noexcept;
    [[nodiscard]] std::string text() const;

private:
    std::array<std::uint32_t, kKinds> weights_{};
    std::uint32_t sum_ = 1;
};

}  // namespace turnout::loadgen
