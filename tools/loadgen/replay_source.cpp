#include "tools/loadgen/replay_source.hpp"

#include "protocol/iso8583/message_view.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>

#include <nlohmann/json.hpp>
#include <tins/packet.h>
#include <tins/sniffer.h>
#include <tins/tcp_ip/stream_follower.h>

namespace turnout::loadgen {
namespace {

// Sorts frames into requests and the answers to them.
class Collector {
public:
    explicit Collector(SourceOptions const& options) : options_(options) {}

    // `toward_port`: the port that the frame was sent to.
    void add(std::uint32_t stream, std::uint16_t toward_port, std::uint64_t at_ns, ByteView body)
    {
        if (!view_.decode(*options_.dialect, body).ok()) {
            ++source.undecodable;
            return;
        }
        std::vector<std::byte> bytes(body.begin(), body.end());
        if (view_.mti().expects_answer()) {
            if (options_.dst_port && *options_.dst_port != toward_port) {
                ++source.skipped;
                return;
            }
            waiting_[key(stream, view_.mti().answer())] = source.messages.size();
            source.messages.push_back({std::move(bytes), {}, at_ns, stream});
            return;
        }
        auto const found = waiting_.find(key(stream, view_.mti()));
        if (found == waiting_.end()) {
            ++source.skipped;
            return;
        }
        source.messages[found->second].expect = std::move(bytes);
        waiting_.erase(found);
        ++source.answers;
    }

    [[nodiscard]] bool full() const noexcept
    {
        return source.messages.size() >= kReplayMessagesMax;
    }

    ReplaySource source;

private:
    [[nodiscard]] std::string key(std::uint32_t stream, iso8583::Mti mti) const
    {
        auto text = std::to_string(stream) + "/" + std::to_string(mti.value) + "/";
        text += as_text(view_.value(11));
        text += "/";
        return text += as_text(view_.value(41));
    }

    SourceOptions const& options_;
    iso8583::MessageView view_;
    std::map<std::string, std::size_t> waiting_;
};

// Bytes of one direction of one TCP stream, cut into frames as they come.
class Direction {
public:
    Direction(Collector& into, wire::Framing const& framing, std::uint32_t stream,
              std::uint16_t port)
        : into_(into), framing_(framing), stream_(stream), port_(port)
    {
    }

    void feed(std::vector<std::uint8_t> const& bytes, std::uint64_t at_ns)
    {
        if (broken_) return;
        auto const* const first = reinterpret_cast<std::byte const*>(bytes.data());
        buffer_.insert(buffer_.end(), first, first + bytes.size());
        std::size_t at = 0;
        while (!broken_) {
            auto const rest = ByteView(buffer_).subspan(at);
            auto const frame = wire::peek_frame(framing_, rest, iso8583::kMessageBytesMax);
            if (frame.status == wire::FrameStatus::need_more) break;
            if (frame.status == wire::FrameStatus::complete) {
                into_.add(stream_, port_, at_ns,
                          rest.subspan(frame.header_bytes, frame.body_bytes));
            } else if (frame.status == wire::FrameStatus::bad_header) {
                ++into_.source.undecodable;
            } else if (frame.status != wire::FrameStatus::keep_alive) {
                broken_ = true;
                ++into_.source.broken_streams;
                break;
            }
            at += frame.frame_bytes;
        }
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at));
    }

private:
    Collector& into_;
    wire::Framing framing_;
    std::uint32_t stream_;
    std::uint16_t port_;
    bool broken_ = false;
    std::vector<std::byte> buffer_;
};

std::uint64_t nanos(Tins::TCPIP::Stream::timestamp_type at)
{
    auto const count = std::chrono::duration_cast<std::chrono::nanoseconds>(at).count();
    return static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0));
}

void follow(Tins::TCPIP::Stream& stream, Collector& collector, SourceOptions const& options)
{
    auto const number = collector.source.streams++;
    auto const to_server =
        std::make_shared<Direction>(collector, options.framing, number, stream.server_port());
    auto const to_client =
        std::make_shared<Direction>(collector, options.framing, number, stream.client_port());
    stream.client_data_callback([to_server](Tins::TCPIP::Stream& s) {
        to_server->feed(s.client_payload(), nanos(s.last_seen()));
    });
    stream.server_data_callback([to_client](Tins::TCPIP::Stream& s) {
        to_client->feed(s.server_payload(), nanos(s.last_seen()));
    });
}

Result<ReplaySource, std::string> load_capture(std::string const& path,
                                               SourceOptions const& options)
{
    Collector collector(options);
    try {
        Tins::FileSniffer sniffer(path);
        Tins::TCPIP::StreamFollower follower;
        follower.follow_partial_streams(true);  // a capture may start in the middle
        follower.new_stream_callback(
            [&](Tins::TCPIP::Stream& stream) { follow(stream, collector, options); });
        sniffer.sniff_loop([&](Tins::Packet& packet) {
            follower.process_packet(packet);
            return !collector.full();
        });
    } catch (std::exception const& error) {
        return "cannot read '" + path + "': " + error.what();
    }
    return std::move(collector.source);
}

int hex_value(char c) noexcept
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::vector<std::byte>> from_hex(std::string_view hex)
{
    if (hex.size() % 2 != 0) return std::nullopt;
    std::vector<std::byte> out;
    out.reserve(hex.size() / 2);
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        auto const high = hex_value(hex[i]), low = hex_value(hex[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out.push_back(static_cast<std::byte>(high * 16 + low));
    }
    return out;
}

// One line into one message; a text when it is not one.
std::string read_line(std::string const& line, SourceOptions const& options, ReplaySource& source)
{
    auto const object = nlohmann::json::parse(line, nullptr, false);
    if (!object.is_object()) return "is not a JSON object";
    auto const hex = object.find("hex");
    if (hex == object.end() || !hex->is_string()) return "has no \"hex\"";
    auto request = from_hex(hex->get_ref<std::string const&>());
    if (!request) return "\"hex\" is not hexadecimal";
    ReplayMessage message{std::move(*request), {}, 0, 0};
    if (auto const expect = object.find("expect"); expect != object.end() && !expect->is_null()) {
        auto answer =
            expect->is_string() ? from_hex(expect->get_ref<std::string const&>()) : std::nullopt;
        if (!answer) return "\"expect\" is not hexadecimal";
        message.expect = std::move(*answer);
    }
    if (auto const at = object.find("at_ns"); at != object.end()) {
        if (!at->is_number_unsigned()) return "\"at_ns\" is not a whole number";
        message.at_ns = at->get<std::uint64_t>();
    }
    iso8583::MessageView view;
    if (!view.decode(*options.dialect, message.request).ok()) {
        ++source.undecodable;
    } else if (!view.mti().expects_answer()) {
        ++source.skipped;
    } else {
        source.answers += static_cast<std::uint64_t>(!message.expect.empty());
        source.messages.push_back(std::move(message));
    }
    return {};
}

Result<ReplaySource, std::string> load_lines(std::string const& path, SourceOptions const& options)
{
    auto const cannot_read = [&](int error) {
        return "cannot read '" + path + "': " + std::strerror(error);
    };
    // Reading a directory gives no error, only no lines.
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return cannot_read(EISDIR);
    std::ifstream file(path);
    if (!file) return cannot_read(errno);
    ReplaySource source;
    source.streams = 1;
    std::string line;
    for (std::size_t number = 1; std::getline(file, line); ++number) {
        if (line.empty() || source.messages.size() >= kReplayMessagesMax) continue;
        if (auto const error = read_line(line, options, source); !error.empty())
            return path + ":" + std::to_string(number) + ": " + error;
    }
    return source;
}

bool is_capture(std::string_view path)
{
    return path.ends_with(".pcap") || path.ends_with(".pcapng") || path.ends_with(".cap");
}

}  // namespace

Result<ReplaySource, std::string> load_replay_source(std::string const& path,
                                                     SourceOptions const& options)
{
    auto loaded = is_capture(path) ? load_capture(path, options) : load_lines(path, options);
    if (!loaded.has_value()) return loaded;
    auto& messages = loaded->messages;
    // Streams of a capture interleave; the order of sending is that of time.
    std::stable_sort(messages.begin(), messages.end(),
                     [](auto const& a, auto const& b) { return a.at_ns < b.at_ns; });
    auto const first = messages.empty() ? 0 : messages.front().at_ns;
    for (auto& message : messages)
        message.at_ns -= first;
    return loaded;
}

}  // namespace turnout::loadgen
