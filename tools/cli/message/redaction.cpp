#include "tools/cli/message/redaction.hpp"

#include "protocol/iso8583/describe.hpp"
#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/pan_scan.hpp"
#include "protocol/iso8583/test_cards.hpp"
#include "protocol/wire/emv_tags.hpp"
#include "protocol/wire/tlv.hpp"
#include "tools/cli/message/hex_text.hpp"

#include <algorithm>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/rand.h>

namespace turnout::cli::message {
namespace {

using iso8583::MessageView;

constexpr std::size_t kPanDigitsMin = 8;
constexpr std::size_t kTestBinFrom = 13;  // shorter ones have no room for the range of test cards

bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

std::size_t digits_at(std::string_view text, std::size_t at) noexcept
{
    auto end = at;
    while (end < text.size() && is_digit(text[end]))
        ++end;
    return end - at;
}

// The same shape without the content.
std::string blanked(std::string_view text)
{
    std::string out(text);
    for (auto& c : out) {
        if (is_digit(c))
            c = '0';
        else if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c & '\x80') != 0)
            c = 'X';
    }
    return out;
}

char check_digit(std::string_view digits) noexcept
{
    unsigned sum = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        auto digit = static_cast<unsigned>(digits[digits.size() - 1 - i] - '0');
        if (i % 2 == 0) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
        sum += digit;
    }
    return static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string hex_of(ByteView bytes)
{
    std::string text;
    text.reserve(bytes.size() * 2);
    for (auto const byte : bytes) {
        text += wire::hex_char_of(static_cast<unsigned>(byte) >> 4U);
        text += wire::hex_char_of(static_cast<unsigned>(byte));
    }
    return text;
}

bool is_track(unsigned de) noexcept
{
    return de == 35 || de == 36 || de == 45;
}

bool is_mac(unsigned de) noexcept
{
    return de == 64 || de == 128;
}

}  // namespace

Redactor::Redactor()
{
    if (RAND_bytes(reinterpret_cast<unsigned char*>(key_.reveal().data()), kRedactionKeyBytes) != 1)
        throw std::runtime_error("the system gives no random numbers");
}

std::string Redactor::replace_pan(std::string_view digits) const
{
    if (digits.starts_with(iso8583::kDemoBin) || digits.size() < kPanDigitsMin)
        return digits.size() < kPanDigitsMin ? blanked(digits) : std::string(digits);
    std::array<unsigned char, 32> mac{};
    std::size_t size = 0;
    auto const* const key = reinterpret_cast<unsigned char const*>(key_.reveal().data());
    if (EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key, kRedactionKeyBytes,
                  reinterpret_cast<unsigned char const*>(digits.data()), digits.size(), mac.data(),
                  mac.size(), &size) == nullptr)
        throw std::runtime_error("HMAC-SHA-256 is not available");
    std::string out(digits.size() >= kTestBinFrom ? iso8583::kDemoBin : std::string_view{});
    for (std::size_t i = 0; out.size() + 1 < digits.size(); ++i)
        out += static_cast<char>('0' + mac[i % mac.size()] % 10);
    out += check_digit(out);
    return out;
}

std::string Redactor::replace_track(std::string_view track) const
{
    std::size_t at = 0;
    while (at < track.size() && !is_digit(track[at]))
        ++at;
    auto const digits = std::min<std::size_t>(digits_at(track, at), 19);
    return std::string(track.substr(0, at)) + replace_pan(track.substr(at, digits)) +
           blanked(track.substr(at + digits));
}

std::string Redactor::replace_stray(std::string text)
{
    for (std::size_t from = 0;;) {
        auto const found = iso8583::find_pan(text, from);
        if (found.size == 0) return text;
        auto const digits = std::min(digits_at(text, found.at), found.size);
        auto const all = std::string_view(text).substr(found.at, found.size);
        auto const replaced = replace_pan(all.substr(0, digits)) + blanked(all.substr(digits));
        text.replace(found.at, found.size, replaced);
        ++report_.pans;
        from = found.at + found.size;
    }
}

// BER-TLV in hex: secret elements in place, everything else as it was.
std::string Redactor::replace_chip_data(std::string const& hex)
{
    std::vector<std::byte> bytes;
    if (!append_hex(hex, bytes).ok() || !wire::check_tlv(bytes).ok()) return blanked(hex);
    auto out = hex;
    (void)wire::walk_tlv(bytes, [&](wire::Tlv const& tlv, unsigned) {
        auto const* const known = wire::find_emv_tag(tlv.tag);
        if (tlv.constructed()) return;
        auto const at = 2 * static_cast<std::size_t>(tlv.value.data() - bytes.data());
        auto const value = hex_of(tlv.value);
        auto replaced = value;
        if (known == nullptr || !known->secret) {
            replaced = replace_stray(value);
            if (iso8583::find_pan(as_text(tlv.value)).size != 0)
                replaced = std::string(value.size(), '0');
        } else if (tlv.tag == 0x5A) {
            auto const digits = digits_at(value, 0);
            replaced = replace_pan(value.substr(0, digits)) + value.substr(digits);
            ++report_.pans;
        } else if (tlv.tag == 0x57) {
            auto const digits = digits_at(value, 0);
            replaced = replace_pan(value.substr(0, digits));
            for (auto const c : value.substr(digits))
                replaced += is_digit(c) ? '0' : c;
            ++report_.tracks;
        } else {
            auto const is_text = known->format == wire::EmvFormat::text;
            replaced.clear();
            for (std::size_t i = 0; i < tlv.value.size(); ++i)
                replaced += is_text ? "58" : "00";
            ++report_.others;
        }
        out.replace(at, replaced.size(), replaced);
    });
    return out;
}

// Characters for the field, as many as it has.
std::string Redactor::new_value(MessageView const& view, unsigned de, std::string const& text)
{
    auto const& spec = view.dialect().fields[de];
    auto const* const inner = view.dialect().nested_of(spec);
    auto const is_bytes = spec.attribute == iso8583::Attribute::b;
    if (is_mac(de)) return text;
    if (de == 55 || (inner != nullptr && inner->kind == iso8583::NestedKind::ber_tlv))
        return is_bytes ? replace_chip_data(text) : blanked(text);
    if (!spec.secret) {
        auto replaced = replace_stray(text);
        // Bytes may be characters as well.
        if (is_bytes && iso8583::find_pan(as_text(view.value(de))).size != 0)
            return std::string(text.size(), '0');
        return replaced;
    }
    if (iso8583::is_pan_field(de)) {
        ++report_.pans;
        auto const digits = digits_at(text, 0);
        return replace_pan(std::string_view(text).substr(0, digits)) +
               blanked(std::string_view(text).substr(digits));
    }
    if (is_track(de)) {
        ++report_.tracks;
        return replace_track(text);
    }
    ++report_.others;
    if (de == 14 && text.size() == 4) return std::to_string(iso8583::kDemoExpiryYymm);
    return is_bytes ? std::string(text.size(), '0') : blanked(text);
}

// Encodes one field alone and copies its bytes over the old ones: nothing else moves.
bool Redactor::write_back(MessageView const& view, unsigned de, std::string_view value,
                          ByteSpan frame)
{
    scratch_.resize(iso8583::kMessageBytesMax);
    auto const bitmaps = de > 128  ? iso8583::Bitmaps::tertiary
                         : de > 64 ? iso8583::Bitmaps::secondary
                                   : iso8583::Bitmaps::primary;
    iso8583::MessageBuilder builder{view.dialect(), scratch_, view.mti(), bitmaps};
    builder.text(de, value);
    auto const built = builder.finish();
    if (!built.has_value()) return false;
    auto const old = view.wire(de);
    if (*built < old.size()) return false;
    auto const* const from = scratch_.data() + (*built - old.size());
    auto const prefix = static_cast<std::size_t>(view.value(de).data() - old.data());
    // Another length prefix means another length: the field would not fit its place.
    if (!std::equal(old.begin(), old.begin() + static_cast<std::ptrdiff_t>(prefix), from))
        return false;
    std::memcpy(frame.data() + (old.data() - frame.data()), from, old.size());
    return true;
}

bool Redactor::redact(MessageView const& view, ByteSpan frame, std::string& problem)
{
    ++report_.messages;
    for (unsigned de = 2; de <= iso8583::kFieldsMax; ++de) {
        if (!view.has(de)) continue;
        std::string text(std::max<std::size_t>(std::size_t{4} * view.length(de), 8), ' ');
        auto const size = view.text(de, text);
        if (!size.has_value()) {
            problem = "DE " + std::to_string(de) + " cannot be read as text";
            return false;
        }
        text.resize(*size);
        auto const replaced = new_value(view, de, text);
        if (replaced == text || write_back(view, de, replaced, frame)) continue;
        problem = "DE " + std::to_string(de) + " cannot be rewritten at its length";
        return false;
    }
    return true;
}

}  // namespace turnout::cli::message
