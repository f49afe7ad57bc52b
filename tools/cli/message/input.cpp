#include "tools/cli/message/input.hpp"

#include "tools/cli/message/capture.hpp"
#include "tools/cli/message/hex_text.hpp"
#include "tools/cli/message/json_message.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace turnout::cli::message {
namespace {

constexpr std::size_t kHeadBytes = 4096;
constexpr std::array<std::string_view, 4> kFormNames{"hex", "raw", "pcap", "jsonl"};

std::string_view skip_bom(std::string_view text) noexcept
{
    return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

// Reads the lines of a text. A line stays valid until the next call.
class Lines {
public:
    enum class Got : std::uint8_t { line, too_long, end };

    explicit Lines(ByteSource& source) noexcept : source_(source) {}

    [[nodiscard]] Got next(std::string_view& line)
    {
        source_.consume(pending_);
        pending_ = 0;
        for (std::size_t searched = 0;;) {
            auto const window = as_text(source_.window());
            auto const end = window.find('\n', searched);
            if (end != std::string_view::npos) return take(line, window.substr(0, end), end + 1);
            searched = window.size();
            if (source_.fill()) continue;
            if (window.empty()) return Got::end;
            if (source_.ended()) return take(line, window, window.size());
            ++number_;
            pending_ = window.size();
            return Got::too_long;
        }
    }
    // The last line once more at the next call.
    void put_back() noexcept
    {
        pending_ = 0;
        --number_;
    }
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

private:
    Got take(std::string_view& line, std::string_view text, std::size_t bytes) noexcept
    {
        ++number_;
        pending_ = bytes;
        line = text.ends_with('\r') ? text.substr(0, text.size() - 1) : text;
        return Got::line;
    }

    ByteSource& source_;
    std::size_t pending_ = 0;
    std::uint64_t number_ = 0;
};

bool is_blank(std::string_view line) noexcept
{
    return line.find_first_not_of(" \t") == std::string_view::npos;
}

// Strips framing and what else is in front; an empty text when that worked.
std::string_view unwrap(InputOptions const& options, ByteView& bytes) noexcept
{
    if (bytes.size() > kInputMessageBytesMax + wire::kFrameOverheadBytesMax)
        return "longer than any message";
    if (options.framing.framing) {
        auto const frame = wire::peek_frame(*options.framing.framing, bytes, kInputMessageBytesMax);
        if (frame.status != wire::FrameStatus::complete)
            return "the frame's length does not fit these bytes";
        if (frame.frame_bytes != bytes.size()) return "bytes behind the frame";
        bytes = bytes.subspan(frame.header_bytes, frame.body_bytes);
    }
    bytes = bytes.subspan(std::min(options.skip_bytes, bytes.size()));
    return {};
}

class HexInput final : public Input {
public:
    HexInput(ByteSource& source, InputOptions const& options)
        : options_(options), lines_(source), layout_(layout_of(as_text(source.window())))
    {
        bytes_.reserve(4096);
    }

    [[nodiscard]] bool next(InputMessage& out) override
    {
        bytes_.clear();
        out.problem.clear();
        out.place = {};
        auto const found = layout_ == HexLayout::dump         ? read_dump(out)
                           : layout_ == HexLayout::paragraphs ? read_lines(out, true)
                                                              : read_lines(out, false);
        if (!found) return false;
        out.number = ++number_;
        out.bytes = out.whole = bytes_;
        if (out.problem.empty()) out.problem = unwrap(options_, out.bytes);
        if (!out.problem.empty()) out.bytes = out.whole = {};
        return true;
    }

private:
    // One line, or lines up to an empty one.
    bool read_lines(InputMessage& out, bool join)
    {
        auto any = false;
        std::string_view line;
        for (;;) {
            auto const got = lines_.next(line);
            if (got == Lines::Got::end) return any;
            if (got == Lines::Got::too_long) return too_long(out);
            if (line.starts_with('#')) continue;
            if (is_blank(line)) {
                if (any) return true;
                continue;
            }
            if (!any) out.place.line = lines_.number();
            any = true;
            auto text = line.substr(0, line.find('#'));
            while (text.ends_with(' '))
                text.remove_suffix(1);
            auto const problem = append_hex(text, bytes_);
            if (!problem.ok() && out.problem.empty())
                out.problem =
                    "column " + std::to_string(problem.at + 1) + " " + std::string(problem.reason);
            if (!join || bytes_.size() > kInputMessageBytesMax) return true;
        }
    }

    bool read_dump(InputMessage& out)
    {
        auto any = false, repeats = false;
        std::size_t line_bytes = 0;  // of the newest line, which '*' repeats
        std::string_view line;
        for (;;) {
            auto const got = lines_.next(line);
            if (got == Lines::Got::end) return any;
            if (got == Lines::Got::too_long) return too_long(out);
            if (is_blank(line) || line.starts_with('#')) {
                if (any) return true;
                continue;
            }
            auto const before = bytes_.size();
            auto const found = append_dump_line(line, bytes_);
            if (!found) {
                if (any) {
                    lines_.put_back();
                    return true;
                }
                continue;  // titles between dumps
            }
            if (found->repeats) {
                repeats = any;
                continue;
            }
            if (found->offset == 0 && any) {
                bytes_.resize(before);
                lines_.put_back();
                return true;
            }
            if (!any) out.place.line = lines_.number();
            any = true;
            if (!place_line(*found, before, line_bytes, repeats) && out.problem.empty())
                out.problem = "line " + std::to_string(lines_.number()) +
                              ": the offset does not follow the line before";
            repeats = false;
            if (bytes_.size() > before) line_bytes = bytes_.size() - before;
            if (bytes_.size() > kInputMessageBytesMax) return true;
        }
    }

    // Fills in lines that hexdump left out. False when the offset is not where the bytes are.
    bool place_line(DumpLine const& line, std::size_t before, std::size_t line_bytes, bool repeats)
    {
        if (line.offset == before) return true;
        if (!repeats || line_bytes == 0 || line.offset < before ||
            line.offset > kInputMessageBytesMax)
            return false;
        std::vector<std::byte> const added(bytes_.begin() + static_cast<std::ptrdiff_t>(before),
                                           bytes_.end());
        bytes_.resize(before);
        for (auto at = before; at < line.offset; ++at)
            bytes_.push_back(bytes_[at - line_bytes]);
        bytes_.insert(bytes_.end(), added.begin(), added.end());
        return true;
    }

    bool too_long(InputMessage& out)
    {
        out.place.line = lines_.number();
        out.problem = "a line of more than 1 MiB";
        return true;
    }

    InputOptions options_;
    Lines lines_;
    HexLayout layout_;
    std::vector<std::byte> bytes_;
    std::uint64_t number_ = 0;
};

class RawInput final : public Input {
public:
    RawInput(ByteSource& source, InputOptions const& options) : options_(options), source_(source)
    {
    }

    [[nodiscard]] bool next(InputMessage& out) override
    {
        source_.consume(pending_);
        pending_ = 0;
        return options_.framing.framing ? next_frame(out) : whole(out);
    }

private:
    bool next_frame(InputMessage& out)
    {
        for (;;) {
            auto const window = source_.window();
            auto const frame =
                wire::peek_frame(*options_.framing.framing, window, kInputMessageBytesMax);
            auto const bytes = std::size_t{frame.frame_bytes};
            if (frame.status == wire::FrameStatus::complete) {
                auto const body = window.subspan(frame.header_bytes, frame.body_bytes);
                out.bytes = body.subspan(std::min(options_.skip_bytes, body.size()));
                out.whole = window.first(bytes);
                out.place = {0, source_.offset(), 0, 0};
                out.number = ++number_;
                pending_ = bytes;
                return true;
            }
            if (frame.status == wire::FrameStatus::keep_alive) {
                source_.consume(bytes);
                continue;
            }
            if (frame.status == wire::FrameStatus::need_more) {
                if (source_.fill()) continue;
                return !window.empty() && fail(out, "the input ends inside of a frame");
            }
            return fail(out, "no frame begins here: its length is impossible");
        }
    }

    // Without a framing the whole input is one message.
    bool whole(InputMessage& out)
    {
        while (source_.fill()) {
        }
        auto const window = source_.window();
        if (window.empty()) return false;
        if (window.size() > kInputMessageBytesMax || !source_.ended())
            return fail(out, "longer than any message: say which --framing it has");
        out.number = ++number_;
        out.place = {};
        out.whole = window;
        out.bytes = window.subspan(std::min(options_.skip_bytes, window.size()));
        pending_ = window.size();
        return true;
    }

    bool fail(InputMessage& out, std::string_view problem)
    {
        out.place = {0, source_.offset(), 0, 0};
        out.problem = problem;
        out.bytes = out.whole = {};
        out.number = ++number_;
        // Nothing behind can be trusted.
        while (source_.fill() || !source_.window().empty())
            source_.consume(source_.window().size());
        return true;
    }

    InputOptions options_;
    ByteSource& source_;
    std::size_t pending_ = 0;
    std::uint64_t number_ = 0;
};

class JsonInput final : public Input {
public:
    JsonInput(ByteSource& source, InputOptions const& options) : options_(options), lines_(source)
    {
    }

    [[nodiscard]] bool next(InputMessage& out) override
    {
        std::string_view line;
        for (;;) {
            auto const got = lines_.next(line);
            if (got == Lines::Got::end) return false;
            if (got == Lines::Got::line && is_blank(line)) continue;
            out = {++number_, {}, {}, {lines_.number(), 0, 0, 0}, {}};
            out.problem = got == Lines::Got::too_long
                              ? std::string("a line of more than 1 MiB")
                              : read_json_message(line, options_.dialect, bytes_);
            out.bytes = out.whole = bytes_;
            if (out.problem.empty()) out.problem = unwrap(options_, out.bytes);
            if (!out.problem.empty()) out.bytes = out.whole = {};
            return true;
        }
    }

private:
    InputOptions options_;
    Lines lines_;
    std::vector<std::byte> bytes_;
    std::uint64_t number_ = 0;
};

}  // namespace

std::string_view name_of(InputForm form) noexcept
{
    return kFormNames[static_cast<std::size_t>(form)];
}

std::optional<InputForm> input_form_by_name(std::string_view name) noexcept
{
    for (std::size_t i = 0; i < kFormNames.size(); ++i)
        if (kFormNames[i] == name) return static_cast<InputForm>(i);
    return std::nullopt;
}

InputForm detect_form(ByteView head) noexcept
{
    if (head.size() >= 4) {
        for (auto const magic : {0xa1b2c3d4U, 0xd4c3b2a1U, 0xa1b23c4dU, 0x4d3cb2a1U, 0x0a0d0d0aU})
            if (load<std::uint32_t>(head.data()) == magic) return InputForm::pcap;
    }
    auto const text = skip_bom(as_text(head));
    auto const first = text.find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && text[first] == '{') return InputForm::jsonl;
    // The last line of the head may be cut in the middle of a dump's characters.
    auto const lines = text.substr(0, text.size() < kHeadBytes ? text.size() : text.rfind('\n'));
    return looks_like_hex(lines) ? InputForm::hex : InputForm::raw;
}

Result<OpenInput, std::string> open_input(std::string const& path, std::optional<InputForm> form)
{
    auto opened = ByteSource::open(path);
    if (!opened.has_value()) return opened.error();
    OpenInput input;
    input.source = std::move(*opened);
    while (input.source->window().size() < kHeadBytes && input.source->fill()) {
    }
    if (input.source->error() != 0)
        return "cannot read '" + path + "': " + std::strerror(input.source->error());
    auto const head = input.source->window();
    input.form = form ? *form : detect_form(head.first(std::min(head.size(), kHeadBytes)));
    return input;
}

std::unique_ptr<Input> make_input(ByteSource& source, InputForm form, InputOptions const& options)
{
    switch (form) {
        case InputForm::raw:
            return std::make_unique<RawInput>(source, options);
        case InputForm::pcap:
            return make_capture_input(source, options);
        case InputForm::jsonl:
            return std::make_unique<JsonInput>(source, options);
        case InputForm::hex:
            break;
    }
    return std::make_unique<HexInput>(source, options);
}

std::string describe(Place const& place)
{
    if (place.line != 0) return "line " + std::to_string(place.line);
    auto const byte = "byte " + std::to_string(place.offset);
    return place.stream == 0 ? byte : "stream " + std::to_string(place.stream) + ", " + byte;
}

}  // namespace turnout::cli::message
