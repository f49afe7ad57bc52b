#include "tools/loadgen/restamp.hpp"

#include "protocol/iso8583/message_builder.hpp"

#include <charconv>

namespace turnout::loadgen {

static constexpr std::size_t kBodyBytesMax = 8'192;

std::optional<RestampChoice> parse_restamp(std::string_view text)
{
    RestampChoice choice;
    while (!text.empty()) {
        auto const part = text.substr(0, text.find(','));
        text.remove_prefix(part.size() < text.size() ? part.size() + 1 : part.size());
        if (part == "stan")
            choice.stan = true;
        else if (part == "rrn")
            choice.rrn = true;
        else if (part == "time")
            choice.time = true;
        else
            return std::nullopt;
    }
    return choice.any() ? std::optional(choice) : std::nullopt;
}

Restamper::Restamper(iso8583::Dialect const& dialect, RestampChoice choice, std::uint64_t entropy)
    : dialect_(dialect), choice_(choice), next_stan_(static_cast<std::uint32_t>(entropy % 999'999))
{
    write_base36(tag_.data(), static_cast<unsigned>(tag_.size()), entropy);
}

void Restamper::new_pass()
{
    stamped_.clear();
    rrns_.clear();
}

// STAN and time alone repeat between terminals.
std::string Restamper::identity(std::uint64_t stan, std::uint64_t de7) const
{
    auto text = std::to_string(stan) + "/" + std::to_string(de7) + "/";
    return text += as_text(view_.value(41));
}

Restamper::Stamped Restamper::stamp_for(MessageTime now)
{
    auto const stan = view_.number(11);
    auto const de7 = view_.number(7);
    auto const old_stan = stan.has_value() ? *stan : 0;
    auto const old_de7 = de7.has_value() ? *de7 : 0;
    auto const key = identity(old_stan, old_de7);
    auto const found = stamped_.find(key);
    if (view_.mti().is_repeat() && found != stamped_.end()) return found->second;
    Stamped out{static_cast<std::uint32_t>(old_stan), old_de7};
    if (choice_.stan) out.stan = next_stan_ = next_stan_ % 999'999 + 1;
    if (choice_.time) out.de7 = now.de7();
    stamped_[key] = out;
    return out;
}

std::string Restamper::rrn_for()
{
    std::string old(as_text(view_.value(37)));
    if (!choice_.rrn) return old;
    auto& rrn = rrns_[old + "/" + std::string(as_text(view_.value(41)))];
    if (rrn.empty()) {
        auto number = std::to_string(next_rrn_++ % 1'000'000);
        rrn = std::string(tag_.data(), tag_.size()) + std::string(6 - number.size(), '0') + number;
    }
    return rrn;
}

// DE 90: MTI 4, STAN 6, DE 7 10, acquirer 11, forwarder 11.
std::string Restamper::original_for()
{
    std::array<char, 64> text{};
    auto const length = view_.text(90, text);
    if (!length.has_value() || *length != 42) return {};
    std::string digits(text.data(), *length);
    std::uint64_t stan = 0, de7 = 0;
    (void)std::from_chars(digits.data() + 4, digits.data() + 10, stan);
    (void)std::from_chars(digits.data() + 10, digits.data() + 20, de7);
    auto const found = stamped_.find(identity(stan, de7));
    if (found == stamped_.end()) return digits;
    auto const put = [&](std::size_t at, std::size_t width, std::uint64_t value) {
        auto const number = std::to_string(value);
        digits.replace(at, width, std::string(width - number.size(), '0') + number);
    };
    put(4, 6, found->second.stan);
    put(10, 10, found->second.de7);
    return digits;
}

Result<std::vector<std::byte>, iso8583::DecodeError> Restamper::apply(ByteView body,
                                                                      MessageTime now)
{
    if (auto const error = view_.decode(dialect_, body); !error.ok()) return error;
    auto const stamp = stamp_for(now);
    auto const rrn = rrn_for();
    std::vector<std::byte> out(std::max(kBodyBytesMax, body.size() + 64));
    iso8583::MessageBuilder builder(dialect_, out, view_.mti(), view_.bitmaps(), view_.header());
    for (unsigned de = 2; de <= iso8583::kFieldsMax; ++de) {
        if (!view_.has(de)) continue;
        auto const original = de == 90 ? original_for() : std::string();
        if (de == 7)
            builder.number(7, stamp.de7);
        else if (de == 11)
            builder.number(11, stamp.stan);
        else if (de == 12 && choice_.time)
            builder.number(12, now.hhmmss);
        else if (de == 13 && choice_.time)
            builder.number(13, now.mmdd);
        else if (de == 37)
            builder.text(37, rrn);
        else if (!original.empty())
            builder.text(90, original);
        else
            builder.wire(de, view_.wire(de));
    }
    auto const built = builder.finish();
    if (!built.has_value()) return built.error();
    out.resize(*built);
    return out;
}

}  // namespace turnout::loadgen
