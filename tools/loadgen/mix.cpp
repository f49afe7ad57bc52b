#include "tools/loadgen/mix.hpp"

#include <charconv>

namespace turnout::loadgen {

static constexpr std::array<KindInfo, kKinds> kInfo{{
    {"auth", {100}, "000000"},
    {"purchase", {200}, "000000"},
    {"withdrawal", {200}, "010000"},
    {"refund", {200}, "200000"},
    {"balance", {200}, "310000"},
    {"completion", {220}, "000000"},
    {"reversal", {420}, "000000"},
}};
static constexpr std::uint32_t kWeightMax = 1'000'000;
static constexpr std::string_view kDemo =
    "auth=35,purchase=35,withdrawal=5,refund=2,balance=10,completion=8,reversal=5";

KindInfo const& info(Kind kind) noexcept
{
    return kInfo[static_cast<std::size_t>(kind)];
}

static std::optional<std::size_t> kind_by_name(std::string_view name) noexcept
{
    for (std::size_t i = 0; i < kKinds; ++i)
        if (kInfo[i].name == name) return i;
    return std::nullopt;
}

std::optional<Mix> Mix::parse(std::string_view text)
{
    if (text == "bench") return Mix();
    if (text == "demo") text = kDemo;
    Mix mix;
    mix.weights_.fill(0);
    mix.sum_ = 0;
    while (!text.empty()) {
        auto const part = text.substr(0, text.find(','));
        text.remove_prefix(part.size() < text.size() ? part.size() + 1 : part.size());
        auto const equals = part.find('=');
        auto const kind = kind_by_name(part.substr(0, equals));
        if (!kind || equals == std::string_view::npos) return std::nullopt;
        auto const number = part.substr(equals + 1);
        std::uint32_t weight = 0;
        auto const [end, error] =
            std::from_chars(number.data(), number.data() + number.size(), weight);
        if (error != std::errc{} || end != number.data() + number.size() || weight > kWeightMax)
            return std::nullopt;
        mix.sum_ += weight - mix.weights_[*kind];
        mix.weights_[*kind] = weight;
    }
    if (mix.sum_ == 0) return std::nullopt;
    if (mix.has(Kind::completion) && !mix.has(Kind::auth)) return std::nullopt;
    if (mix.has(Kind::reversal) && !mix.has(Kind::auth) && !mix.has(Kind::purchase) &&
        !mix.has(Kind::withdrawal))
        return std::nullopt;
    return mix;
}

bool Mix::single() const noexcept
{
    unsigned used = 0;
    for (auto const weight : weights_)
        used += static_cast<unsigned>(weight != 0);
    return used == 1;
}

Kind Mix::pick(std::uint32_t random) const noexcept
{
    auto rest = static_cast<std::uint32_t>((static_cast<std::uint64_t>(random) * sum_) >> 32U);
    std::size_t i = 0;
    while (i + 1 < kKinds && rest >= weights_[i])
        rest -= weights_[i++];
    return static_cast<Kind>(i);
}

std::string Mix::text() const
{
    std::string out;
    for (std::size_t i = 0; i < kKinds; ++i) {
        if (weights_[i] == 0) continue;
        if (!out.empty()) out += ',';
        out.append(kInfo[i].name).append("=").append(std::to_string(weights_[i]));
    }
    return out;
}

}  // namespace turnout::loadgen
