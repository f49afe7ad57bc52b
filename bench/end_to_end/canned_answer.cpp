#include "bench/end_to_end/canned_answer.hpp"

#include <cstring>
#include <stdexcept>
#include <string>

namespace turnout::bench {
namespace {

// 0110 with DE 2, 3, 4, 7, 11, 12, 13 (adjacent in request and answer), 37, 38, 39, 41, 42, 49.
constexpr std::string_view kBinary0110 = "0110723800000EC08000";
constexpr std::string_view kAscii0110 = "0110723800000EC08000";
constexpr Copy kBinary0110Copies[] = {{10, 10, 31}, {66, 41, 12}, {78, 61, 23}, {141, 84, 3}};
constexpr Copy kAscii0110Copies[] = {{20, 20, 62}, {131, 82, 12}, {143, 102, 23}, {206, 125, 3}};

// 0810 with DE 7 and 11 (adjacent), 39, 41 and 70 (adjacent in the request too).
constexpr std::string_view k0810 = "081082200000028000000400000000000000";
constexpr Copy kBinary0810Copies[] = {{18, 18, 8}, {26, 28, 10}};
constexpr Copy kAscii0810Copies[] = {{36, 36, 16}, {52, 54, 11}};

void put_text(Canned& canned, std::size_t at, std::string_view text)
{
    std::memcpy(&canned.body[at], text.data(), text.size());
}

void put_hex(Canned& canned, std::string_view hex)
{
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        auto const byte = std::stoul(std::string(hex.substr(i, 2)), nullptr, 16);
        canned.body[i / 2] = static_cast<std::byte>(byte);
    }
}

std::size_t write_as(Canned const& canned, std::byte const* request, std::byte* out) noexcept
{
    out[0] = static_cast<std::byte>(canned.answer_bytes >> 8U);
    out[1] = static_cast<std::byte>(canned.answer_bytes & 0xFFU);
    std::byte* const body = out + kFrameHeaderBytes;
    std::memcpy(body, canned.body, canned.answer_bytes);
    for (auto const& copy : canned.copies)
        std::memcpy(body + copy.to, request + copy.from, copy.bytes);
    return kFrameHeaderBytes + canned.answer_bytes;
}

}  // namespace

CannedAnswers::CannedAnswers(std::string_view dialect)
    : authorization_{254, 87, {}, kBinary0110Copies}, sign_on_{36, 38, {}, kBinary0810Copies}
{
    if (dialect == "87binary") {
        put_hex(authorization_, kBinary0110);
        put_text(authorization_, 53, "00000000");  // DE 38, DE 39
        put_hex(sign_on_, k0810);
        put_text(sign_on_, 26, "00");
    } else if (dialect == "87ascii") {
        authorization_ = Canned{428, 128, {}, kAscii0110Copies};
        put_text(authorization_, 0, kAscii0110);
        put_text(authorization_, 94, "00000000");
        sign_on_ = Canned{63, 65, {}, kAscii0810Copies};
        put_text(sign_on_, 0, k0810);
        put_text(sign_on_, 52, "00");
    } else {
        throw std::invalid_argument("unknown dialect '" + std::string(dialect) +
                                    "': 87binary or 87ascii");
    }
}

std::size_t CannedAnswers::write(std::span<std::byte const> request, std::byte* out) const noexcept
{
    if (request.size() == authorization_.request_bytes)
        return write_as(authorization_, request.data(), out);
    if (request.size() == sign_on_.request_bytes) return write_as(sign_on_, request.data(), out);
    return 0;
}

}  // namespace turnout::bench
