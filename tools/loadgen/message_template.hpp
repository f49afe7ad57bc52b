// A request prepared once and patched per message: a copy and a few stores at known offsets. The
// bytes equal what MessageBuilder would write for the same values (tested). One thread owns it.
#pragma once
#include "protocol/core/result.hpp"
#include "protocol/iso8583/dialect.hpp"
#include "protocol/iso8583/errors.hpp"
#include "protocol/iso8583/test_cards.hpp"
#include "protocol/wire/framing.hpp"
#include "tools/loadgen/identity.hpp"
#include "tools/loadgen/mix.hpp"

#include <vector>

namespace turnout::loadgen {

// A test card in both digit encodings.
struct Card {
    std::array<char, 16> digits;
    std::array<std::byte, 8> bcd;
};
[[nodiscard]] Card make_card(std::string_view bin6, std::uint64_t seed,
                             std::uint64_t index) noexcept;

// UTC, as DE 7, 12 and 13 need it.
struct MessageTime {
    std::uint32_t mmdd = 101;
    std::uint32_t hhmmss = 0;
    [[nodiscard]] constexpr std::uint64_t de7() const noexcept
    {
        return static_cast<std::uint64_t>(mmdd) * 1'000'000 + hhmmss;
    }
};
[[nodiscard]] MessageTime message_time(std::uint64_t unix_seconds) noexcept;

// The message that a reversal names in DE 90.
struct Original {
    std::uint16_t mti = 0;
    std::uint32_t stan = 0;
    std::uint64_t de7 = 0;
};

struct Stamp {
    Card const* card = nullptr;  // borrowed for the call
    std::uint64_t amount = 0;    // minor units, at most 12 digits
    std::uint32_t stan = 0;
    std::uint32_t rrn_number = 0;  // last six characters of DE 37
    Terminal terminal{};
    Original original{};  // of a reversal
};

struct TemplateConfig {
    iso8583::Dialect const* dialect = nullptr;
    wire::Framing framing = wire::Framing::binary2;
    std::uint64_t acquirer = 0;  // DE 32; 0 leaves it out, the switch then takes the link's
    std::uint16_t currency = iso8583::kDemoCurrency;
    std::uint16_t expiry_yymm = iso8583::kDemoExpiryYymm;
    std::array<char, 6> rrn_tag{};
};

class MessageTemplate {
public:
    // Start-up only. Errors are the builder's.
    [[nodiscard]] static Result<MessageTemplate, iso8583::DecodeError> make(
        TemplateConfig const& config, Kind kind);

    [[nodiscard]] std::size_t frame_bytes() const noexcept { return frame_.size(); }
    // DE 7, 12 and 13 of all messages from now on.
    void set_time(MessageTime time) noexcept;
    // Writes frame_bytes() bytes, length header included.
    void write(std::byte* out, Stamp const& stamp) const noexcept;

private:
    MessageTemplate() = default;
    void put_digits(std::byte* at, unsigned digits, std::uint64_t value) const noexcept;
    void put_pan(std::byte* at, Card const& card) const noexcept;

    std::vector<std::byte> frame_;
    bool bcd_ = true;
    bool has_original_ = false;
    bool has_amount_ = true;
    // Offsets in frame_ of the values; 0 = not in this message.
    std::size_t pan_ = 0, amount_ = 0, time_ = 0, stan_ = 0, local_time_ = 0, local_date_ = 0;
    std::size_t track2_ = 0, rrn_ = 0, terminal_ = 0, original_ = 0;
};

// A 0800 with DE 70 (1 sign-on, 2 sign-off, 301 echo), framed. Empty when the builder refuses.
[[nodiscard]] std::vector<std::byte> network_message(TemplateConfig const& config,
                                                     std::uint16_t network_code, std::uint32_t stan,
                                                     MessageTime time, Terminal const& terminal);

}  // namespace turnout::loadgen
