#include "tools/loadgen/message_template.hpp"

#include "protocol/core/check.hpp"
#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/message_view.hpp"

#include <cstring>
#include <string>

namespace turnout::loadgen {
namespace {

// EMV data of the bench 0100 (100 bytes of tags); not checked by the switch, carried for its size.
constexpr std::string_view kChipDataHex =
    "9F260811223344556677889F2701809F100706010A03A0B8009F37041A2B3C4D9F3602012395050000008000"
    "9A032611209C01009F02060000000123455F2A02097882025C009F1A0206209F03060000000000009F3303E0"
    "F8C89F34031E03009F350122";
constexpr std::string_view kMerchant = "MERCHANT0000001";
constexpr std::string_view kMerchantName = "ACME SUPERMARKET 0042    LISBOA       PT";
constexpr std::string_view kPinBlockHex = "A1B2C3D4E5F60718";
constexpr std::string_view kTrack2Tail = "2011234567890";  // service code and discretionary data
constexpr std::size_t kTemplateBytesMax = 2'048;

constexpr std::array<std::uint8_t, 100> make_bcd_pairs() noexcept
{
    std::array<std::uint8_t, 100> out{};
    for (unsigned i = 0; i < 100; ++i)
        out[i] = static_cast<std::uint8_t>(i / 10 * 16 + i % 10);
    return out;
}
constexpr auto kBcdPairs = make_bcd_pairs();

std::uint8_t hex_digit(char c) noexcept
{
    return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'A' + 10);
}

std::vector<std::byte> from_hex(std::string_view hex)
{
    std::vector<std::byte> out(hex.size() / 2);
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<std::byte>(hex_digit(hex[2 * i]) * 16 + hex_digit(hex[2 * i + 1]));
    return out;
}

std::string digits_of(std::uint64_t value, std::size_t width)
{
    auto text = std::to_string(value);
    if (text.size() < width) text.insert(0, width - text.size(), '0');
    return text;
}

// DE 90: MTI, STAN, DE 7, acquirer, forwarder; the first three are patched per message.
std::string original_digits(std::uint64_t acquirer)
{
    return std::string(20, '0') + digits_of(acquirer, 11) + std::string(11, '0');
}

std::vector<std::byte> framed(wire::Framing const& framing, ByteView body)
{
    auto const at = wire::frame_header_bytes(framing);
    std::vector<std::byte> out(at + body.size() + framing.trailer_bytes);
    if (wire::write_frame(framing, {}, out, body.size()) == 0) return {};
    std::memcpy(out.data() + at, body.data(), body.size());
    return out;
}

// Card-present fields that a follow-up message does not repeat: track 2, PIN block, chip data.
bool is_follow_up(Kind kind) noexcept
{
    return kind == Kind::completion || kind == Kind::reversal;
}

Result<std::size_t, iso8583::DecodeError> build(TemplateConfig const& config, Kind kind,
                                                ByteSpan out)
{
    using namespace std::string_literals;
    auto const follow_up = is_follow_up(kind);
    auto const pan = "9999010000000000"s;  // every patched field starts as digits of its width
    iso8583::MessageBuilder builder(*config.dialect, out, info(kind).mti, kind == Kind::reversal);
    builder.text(2, pan);
    builder.text(3, info(kind).proc_code);
    builder.number(4, 0);
    builder.number(7, 0);
    builder.number(11, 0);
    builder.number(12, 0);
    builder.number(13, 0);
    builder.number(14, config.expiry_yymm);
    builder.number(18, 5411);
    builder.number(22, 51);
    builder.number(25, 0);
    if (config.acquirer != 0) builder.text(32, std::to_string(config.acquirer));
    if (!follow_up)
        builder.text(35, pan + "=" + digits_of(config.expiry_yymm, 4) + std::string(kTrack2Tail));
    builder.text(37, std::string(config.rrn_tag.data(), config.rrn_tag.size()) + "000000");
    builder.text(41, "00000000");
    builder.text(42, kMerchant);
    if (!follow_up) builder.text(43, kMerchantName);
    builder.text(49, digits_of(config.currency, 3));
    if (!follow_up) {
        builder.bytes(52, from_hex(kPinBlockHex));
        // DE 55 is an LLL field of characters in the ASCII dialect: the tags travel as hex there.
        if (config.dialect->form.mti == iso8583::Charset::bcd)
            builder.bytes(55, from_hex(kChipDataHex));
        else
            builder.text(55, kChipDataHex);
    }
    if (kind == Kind::reversal) builder.text(90, original_digits(config.acquirer));
    return builder.finish();
}

}  // namespace

Card make_card(std::string_view bin6, std::uint64_t seed, std::uint64_t index) noexcept
{
    auto const pan = iso8583::test_pan(bin6, seed, index);
    Card card{pan.digits, {}};
    for (std::size_t i = 0; i < card.bcd.size(); ++i)
        card.bcd[i] =
            static_cast<std::byte>((pan.digits[2 * i] - '0') * 16 + (pan.digits[2 * i + 1] - '0'));
    return card;
}

MessageTime message_time(std::uint64_t unix_seconds) noexcept
{
    // Civil date from days (proleptic Gregorian, eras of 400 years starting in March).
    auto const days = unix_seconds / 86'400 + 719'468;
    auto const day_of_era = days % 146'097;
    auto const year_of_era =
        (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    auto const day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    auto const shifted_month = (5 * day_of_year + 2) / 153;  // 0 = March
    auto const day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    auto const month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    auto const second = unix_seconds % 86'400;
    return {
        static_cast<std::uint32_t>(month * 100 + day),
        static_cast<std::uint32_t>(second / 3'600 * 10'000 + second / 60 % 60 * 100 + second % 60)};
}

Result<MessageTemplate, iso8583::DecodeError> MessageTemplate::make(TemplateConfig const& config,
                                                                    Kind kind)
{
    std::array<std::byte, kTemplateBytesMax> buffer{};
    auto const built = build(config, kind, buffer);
    if (!built.has_value()) return built.error();
    auto const body = ByteView(buffer).first(*built);

    MessageTemplate out;
    out.frame_ = framed(config.framing, body);
    if (out.frame_.empty()) return iso8583::DecodeError{iso8583::Errc::no_room, 0, 0};
    out.bcd_ = config.dialect->form.mti == iso8583::Charset::bcd;
    out.has_original_ = kind == Kind::reversal;
    out.has_amount_ = kind != Kind::balance;

    iso8583::MessageView view;
    if (auto const error = view.decode(*config.dialect, body); !error.ok()) return error;
    auto const header = wire::frame_header_bytes(config.framing);
    auto const at = [&](unsigned de) {
        return view.has(de) ? header + static_cast<std::size_t>(view.value(de).data() - body.data())
                            : std::size_t{0};
    };
    out.pan_ = at(2);
    out.amount_ = at(4);
    out.time_ = at(7);
    out.stan_ = at(11);
    out.local_time_ = at(12);
    out.local_date_ = at(13);
    out.track2_ = at(35);
    out.rrn_ = at(37);
    out.terminal_ = at(41);
    out.original_ = at(90);
    return out;
}

void MessageTemplate::put_digits(std::byte* at, unsigned digits, std::uint64_t value) const noexcept
{
    if (bcd_) {
        for (unsigned i = digits / 2; i-- > 0; value /= 100)
            at[i] = static_cast<std::byte>(kBcdPairs[value % 100]);
        return;
    }
    for (unsigned i = digits; i-- > 0; value /= 10)
        at[i] = static_cast<std::byte>('0' + static_cast<char>(value % 10));
}

void MessageTemplate::put_pan(std::byte* at, Card const& card) const noexcept
{
    if (bcd_)
        std::memcpy(at, card.bcd.data(), card.bcd.size());
    else
        std::memcpy(at, card.digits.data(), card.digits.size());
}

void MessageTemplate::set_time(MessageTime time) noexcept
{
    put_digits(&frame_[time_], 10, time.de7());
    put_digits(&frame_[local_time_], 6, time.hhmmss);
    put_digits(&frame_[local_date_], 4, time.mmdd);
}

void MessageTemplate::write(std::byte* out, Stamp const& stamp) const noexcept
{
    TURNOUT_DCHECK(stamp.card != nullptr, "a stamp names a card");
    std::memcpy(out, frame_.data(), frame_.size());
    put_pan(out + pan_, *stamp.card);
    if (track2_ != 0) put_pan(out + track2_, *stamp.card);
    if (has_amount_) put_digits(out + amount_, 12, stamp.amount);
    put_digits(out + stan_, 6, stamp.stan);
    std::memcpy(out + terminal_, stamp.terminal.data(), stamp.terminal.size());
    auto number = stamp.rrn_number;
    for (unsigned i = 12; i-- > 6; number /= 10)
        out[rrn_ + i] = static_cast<std::byte>('0' + static_cast<char>(number % 10));
    if (!has_original_) return;
    auto const step = [&](unsigned digits) { return bcd_ ? digits / 2 : digits; };
    put_digits(out + original_, 4, stamp.original.mti);
    put_digits(out + original_ + step(4), 6, stamp.original.stan);
    put_digits(out + original_ + step(10), 10, stamp.original.de7);
}

std::vector<std::byte> network_message(TemplateConfig const& config, std::uint16_t network_code,
                                       std::uint32_t stan, MessageTime time,
                                       Terminal const& terminal)
{
    std::array<std::byte, 256> buffer{};
    iso8583::MessageBuilder builder(*config.dialect, buffer, iso8583::Mti{800}, true);
    builder.number(7, time.de7());
    builder.number(11, stan);
    if (config.acquirer != 0) builder.text(32, std::to_string(config.acquirer));
    builder.text(41, std::string_view(terminal.data(), terminal.size()));
    builder.number(70, network_code);
    auto const built = builder.finish();
    if (!built.has_value()) return {};
    return framed(config.framing, ByteView(buffer).first(*built));
}

}  // namespace turnout::loadgen
