// Which framing, header and dialect a capture has: everything known is tried on a sample, scored by
// what decodes and by whether the values make sense, and the best guesses are given with their
// evidence. No clock, no randomness: the same sample gives the same answer.
#pragma once
#include "protocol/iso8583/dialect_buffer.hpp"
#include "protocol/iso8583/errors.hpp"
#include "tools/cli/message/input.hpp"

#include <string>
#include <vector>

namespace turnout::cli::message {

inline constexpr std::size_t kSampleMessagesMax = 100;
inline constexpr std::size_t kSampleStreamsMax = 64;
inline constexpr std::size_t kSampleStreamBytesMax = 65536;
inline constexpr std::size_t kHeaderBytesMax = 32;  // unknown headers that are looked behind

// What is looked at: messages that were found bare (text), or streams that need a framing.
struct Sample {
    std::vector<std::vector<std::byte>> units;
    bool is_stream = false;  // a unit holds frames, and its end may be cut
    bool is_cut = false;     // there is more than this
};
// Looks at what `source` holds at hand; consumes nothing. Messages of JSON lines with fields are
// built with `dialect`, left out without.
[[nodiscard]] Sample take_sample(ByteSource const& source, InputForm form,
                                 iso8583::Dialect const* dialect);

struct Guess {
    iso8583::Dialect const* dialect = nullptr;
    std::string base;     // built-in dialect that it is, or is made from
    std::string changes;  // what is different from `base`; empty: nothing
    std::string family;   // "1987, ASCII, hex bit map"
    FramingChoice framing;
    std::size_t skip_bytes = 0;        // of a header that the dialect does not have itself
    std::string header;                // what that header looks like
    double score = 0;                  // 0 to 1
    std::size_t messages = 0;          // tried
    std::size_t whole = 0;             // of them decoded to the last byte
    iso8583::DecodeError first_error;  // of the first that did not
    std::vector<std::string> evidence;
};

struct Diagnosis {
    std::vector<Guess> guesses;  // best first, each of another family, framing or header
    // More than half of the messages decode to their last byte.
    [[nodiscard]] bool fits() const noexcept
    {
        return !guesses.empty() && guesses.front().whole * 2 > guesses.front().messages;
    }
};

struct DiagnosisOptions {
    iso8583::Dialect const* dialect = nullptr;  // given: no other is tried
    std::optional<FramingChoice> framing;       // given: no other is tried
    std::optional<std::size_t> skip_bytes;      // given: no other is tried
};
[[nodiscard]] Diagnosis diagnose(Sample const& sample, DiagnosisOptions const& options = {});

}  // namespace turnout::cli::message
