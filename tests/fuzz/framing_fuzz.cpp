// Any bytes as a stream, framed twice: all at once, and in pieces whose sizes the input chooses.
// Both must give the same frames and the same end.
#include "protocol/core/check.hpp"
#include "protocol/wire/framing.hpp"

#include <algorithm>
#include <vector>

namespace turnout::wire {
namespace {

constexpr std::size_t kFrameBytesMax = 300;

struct Outcome {
    std::vector<std::vector<std::byte>> frames;
    FrameStatus end = FrameStatus::need_more;
    std::size_t left_bytes = 0;  // behind the last whole frame

    bool operator==(Outcome const&) const = default;
};

class Session {
public:
    explicit Session(Framing framing) : framing_(framing) {}

    void receive(ByteView piece)
    {
        // Every byte counts, also after a stream was given up: both ways must end alike.
        buffered_.insert(buffered_.end(), piece.begin(), piece.end());
        while (outcome_.end == FrameStatus::need_more && take()) {
        }
        outcome_.left_bytes = buffered_.size();
    }

    Outcome const& outcome() const { return outcome_; }

private:
    bool take()
    {
        std::vector<std::byte> const exact{buffered_};  // no byte behind: reads there are seen
        auto const peek = peek_frame(framing_, exact, kFrameBytesMax);
        TURNOUT_CHECK(peek.header_bytes == frame_header_bytes(framing_), "fuzz.header");
        switch (peek.status) {
            case FrameStatus::need_more:
                return false;
            case FrameStatus::bad_length:
            case FrameStatus::too_long:
                outcome_.end = peek.status;
                return false;
            case FrameStatus::keep_alive:
                TURNOUT_CHECK(peek.body_bytes == 0, "fuzz.empty");
                break;
            case FrameStatus::complete:
                TURNOUT_CHECK(peek.body_bytes > 0 && peek.body_bytes <= kFrameBytesMax,
                              "fuzz.size");
                break;
        }
        auto const end = std::size_t{peek.header_bytes} + peek.body_bytes;
        TURNOUT_CHECK(end <= exact.size(), "fuzz.frame_is_there");
        auto const body = exact.begin() + peek.header_bytes;
        outcome_.frames.emplace_back(body, body + peek.body_bytes);
        check_header(peek, exact);
        buffered_.erase(buffered_.begin(), buffered_.begin() + static_cast<std::ptrdiff_t>(end));
        return true;
    }

    void check_header(FramePeek const& peek, ByteView exact) const
    {
        std::byte header[kFrameHeaderBytesMax];
        auto const written = write_frame_header(framing_, header, peek.body_bytes);
        TURNOUT_CHECK(written == peek.header_bytes, "fuzz.header_written");
        TURNOUT_CHECK(std::equal(header, header + written, exact.begin()), "fuzz.header_same");
    }

    Framing framing_;
    std::vector<std::byte> buffered_;
    Outcome outcome_;
};

void run(ByteView input)
{
    if (input.size() < 2) return;
    auto const framing =
        (input[0] & std::byte{1}) == std::byte{0} ? Framing::binary2 : Framing::ascii4;
    auto pace = static_cast<unsigned>(input[1]) | 1U;
    auto stream = input.subspan(2);

    Session whole{framing};
    whole.receive(stream);
    Session pieces{framing};
    while (!stream.empty()) {
        pace = pace * 1103515245U + 12345U;
        auto const bytes = std::min(stream.size(), std::size_t{1} + (pace >> 16U) % 11U);
        pieces.receive(stream.first(bytes));
        stream = stream.subspan(bytes);
    }
    TURNOUT_CHECK(whole.outcome() == pieces.outcome(), "fuzz.any_split");
}

}  // namespace
}  // namespace turnout::wire

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t bytes)
{
    turnout::wire::run({reinterpret_cast<std::byte const*>(data), bytes});
    return 0;
}
