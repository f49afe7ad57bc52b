// Answers of the floor server: a template and a few copies at fixed offsets, chosen by the length
// of the request. Nothing is parsed and nothing is checked: this is what an answer costs at least.
// Immutable after construction; shares no code with the product.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace turnout::bench {

inline constexpr std::size_t kFrameHeaderBytes = 2;  // big endian, counts the body only
inline constexpr std::size_t kAnswerBytesMax = 160;  // frame header included

struct Copy {
    std::uint16_t from;  // offset in the request's body
    std::uint16_t to;    // offset in the answer's body
    std::uint16_t bytes;
};

// One kind of request, told by its length, and its whole answer.
struct Canned {
    std::uint16_t request_bytes;
    std::uint16_t answer_bytes;
    std::byte body[kAnswerBytesMax];  // the answer where no copy overwrites it
    std::span<Copy const> copies;
};

// The two kinds that the load generator sends: the named 0100 vector, and a sign-on of DE 7,
// 11, 70.
class CannedAnswers {
public:
    // "87binary" or "87ascii"; throws std::invalid_argument for another name (start-up only).
    explicit CannedAnswers(std::string_view dialect);

    // Writes header and answer to a request body into `out` (kAnswerBytesMax); 0: unknown length.
    [[nodiscard]] std::size_t write(std::span<std::byte const> request,
                                    std::byte* out) const noexcept;

private:
    Canned authorization_;
    Canned sign_on_;
};

}  // namespace turnout::bench
