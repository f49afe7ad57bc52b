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
    explicit Session(Framing const& framing) : framing_(framing) {}

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
        switch (peek.status) {
            case FrameStatus::need_more:
                return false;
            case FrameStatus::bad_length:
            case FrameStatus::too_long:
                outcome_.end = peek.status;
                return false;
            case FrameStatus::keep_alive:
            case FrameStatus::bad_header:
                TURNOUT_CHECK(peek.body_bytes == 0, "fuzz.empty");
                break;
            case FrameStatus::complete:
                TURNOUT_CHECK(peek.body_bytes > 0 && peek.body_bytes <= kFrameBytesMax,
                              "fuzz.size");
                TURNOUT_CHECK(peek.header_bytes >= framing_.prefix_bytes, "fuzz.header");
                TURNOUT_CHECK(
                    std::size_t{peek.header_bytes} + peek.body_bytes + framing_.trailer_bytes ==
                        peek.frame_bytes,
                    "fuzz.parts");
                break;
        }
        TURNOUT_CHECK(peek.frame_bytes > 0 && peek.frame_bytes <= exact.size(),
                      "fuzz.frame_is_there");
        auto const body = exact.begin() + peek.header_bytes;
        outcome_.frames.emplace_back(body, body + peek.body_bytes);
        if (peek.status == FrameStatus::complete) check_answer(peek, exact);
        buffered_.erase(buffered_.begin(), buffered_.begin() + peek.frame_bytes);
        return true;
    }

    // An answer of the same body is a frame again, with the same body in it.
    void check_answer(FramePeek const& peek, ByteView exact) const
    {
        auto const at = frame_header_bytes(framing_);
        auto const header = message_header(framing_, exact, peek);
        std::vector<std::byte> answer(at + peek.body_bytes + framing_.trailer_bytes);
        std::copy_n(exact.begin() + peek.header_bytes, peek.body_bytes,
                    answer.begin() + static_cast<std::ptrdiff_t>(at));
        auto const written = write_frame(framing_, header, answer, peek.body_bytes);
        TURNOUT_CHECK(written == answer.size(), "fuzz.answer_written");
        auto const again = peek_frame(framing_, answer, kFrameBytesMax);
        // What the peer put into unchecked bytes of the prefix is not repeated: never control.
        TURNOUT_CHECK(again.status == FrameStatus::complete, "fuzz.answer_is_a_frame");
        auto const body = ByteView(answer).subspan(again.header_bytes, again.body_bytes);
        auto const sent = exact.subspan(peek.header_bytes, peek.body_bytes);
        TURNOUT_CHECK(std::equal(body.begin(), body.end(), sent.begin(), sent.end()),
                      "fuzz.answer_body");
    }

    Framing framing_;
    std::vector<std::byte> buffered_;
    Outcome outcome_;
};

// The first byte chooses the framing, the second what is changed about it.
Framing choose(std::byte which, std::byte change)
{
    auto const known = framings();
    auto framing = known[static_cast<std::size_t>(which) % known.size()];
    if (framing.form == LengthForm::none) framing = Framing::binary2;
    auto const bits = static_cast<unsigned>(change);
    set_empty(framing, static_cast<EmptyFrame>((bits & 3U) % 3U));
    framing.swap = (bits & 4U) != 0;
    if ((bits & 8U) != 0) (void)count_prefix(framing);
    auto const headers = header_templates();
    auto const header = bits >> 4U;
    if (header < headers.size()) (void)set_header(framing, headers[header]);
    return framing;
}

void run(ByteView input)
{
    if (input.size() < 3) return;
    auto const framing = choose(input[0], input[1]);
    auto pace = static_cast<unsigned>(input[2]) | 1U;
    auto stream = input.subspan(3);

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
