// What makes every message of a run unique. The switch recognises a duplicate by acquirer, DE 41,
// class, DE 11 and DE 7 (whole seconds), a follow-up by acquirer, DE 41 and DE 37. So: each
// connection has terminals of its own; DE 11 counts from 1 to 999,999, then the next terminal takes
// over; DE 37 is the run's tag and the number of DE 11; tag and prefix of the terminals differ from
// run to run. Message number <-> (DE 41, DE 11) is arithmetic both ways: answers need no look-up.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace turnout::loadgen {

inline constexpr std::uint32_t kStanCount = 999'999;  // 1 to 999,999: some hosts take 0 as absent
inline constexpr std::uint32_t kBase36Cubed = 36 * 36 * 36;
inline constexpr unsigned kConnectionsMax = 4'096;

using Terminal = std::array<char, 8>;

// `out` gets the lowest `digits` base-36 digits of value, most significant first.
constexpr void write_base36(char* out, unsigned digits, std::uint64_t value) noexcept
{
    for (unsigned i = digits; i-- > 0; value /= 36)
        out[i] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[value % 36];
}

// -1 when a character is no base-36 digit.
[[nodiscard]] constexpr std::int64_t read_base36(char const* in, unsigned digits) noexcept
{
    std::int64_t value = 0;
    for (unsigned i = 0; i < digits; ++i) {
        auto const c = in[i];
        if (c >= '0' && c <= '9')
            value = value * 36 + (c - '0');
        else if (c >= 'A' && c <= 'Z')
            value = value * 36 + (c - 'A' + 10);
        else
            return -1;
    }
    return value;
}

class Identity {
public:
    // `entropy` separates runs (and generators that run at the same time): any number.
    Identity(std::uint64_t entropy, unsigned connection) noexcept
    {
        write_base36(prefix_.data(), 2, entropy);
        write_base36(prefix_.data() + 2, 3, connection);
        write_base36(tag_.data(), 6, entropy / (36 * 36));
    }

    // DE 11 of message `ordinal` (0, 1, ...).
    [[nodiscard]] static constexpr std::uint32_t stan(std::uint64_t ordinal) noexcept
    {
        return static_cast<std::uint32_t>(ordinal % kStanCount) + 1;
    }
    // Which of the connection's terminals sends it.
    [[nodiscard]] static constexpr std::uint32_t rotation(std::uint64_t ordinal) noexcept
    {
        return static_cast<std::uint32_t>(ordinal / kStanCount % kBase36Cubed);
    }
    [[nodiscard]] Terminal terminal(std::uint32_t rotation) const noexcept
    {
        Terminal out{};
        for (unsigned i = 0; i < 5; ++i)
            out[i] = prefix_[i];
        write_base36(out.data() + 5, 3, rotation);
        return out;
    }
    // Message number of an answer's DE 41 and DE 11; UINT64_MAX when the terminal is not ours.
    [[nodiscard]] std::uint64_t ordinal(char const terminal[8], std::uint32_t stan) const noexcept
    {
        if (std::string_view(terminal, 5) != std::string_view(prefix_.data(), 5)) return UINT64_MAX;
        auto const rotation = read_base36(terminal + 5, 3);
        if (rotation < 0 || stan == 0) return UINT64_MAX;
        return static_cast<std::uint64_t>(rotation) * kStanCount + stan - 1;
    }
    // First six characters of DE 37; the other six are the digits of DE 11.
    [[nodiscard]] std::array<char, 6> const& rrn_tag() const noexcept { return tag_; }

private:
    std::array<char, 5> prefix_{};
    std::array<char, 6> tag_{};
};

}  // namespace turnout::loadgen
