#include "tools/cli/message/capture.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <vector>

#include <pcap.h>
#include <tins/packet.h>
#include <tins/rawpdu.h>
#include <tins/sniffer.h>
#include <tins/tcp_ip/stream_follower.h>
#include <tins/udp.h>

namespace turnout::cli::message {
namespace {

constexpr std::uint32_t kStreamsMax = 65'536;

// A FILE that reads from a ByteSource, for libpcap. Closed by libpcap.
ssize_t read_cookie(void* cookie, char* out, std::size_t size)
{
    auto& source = *static_cast<ByteSource*>(cookie);
    if (source.window().empty() && !source.fill()) return source.error() != 0 ? -1 : 0;
    auto const bytes = std::min(size, source.window().size());
    std::memcpy(out, source.window().data(), bytes);
    source.consume(bytes);
    return static_cast<ssize_t>(bytes);
}

// libtins opens files by name only; this one reads what was looked at already as well.
class SourceSniffer final : public Tins::BaseSniffer {
public:
    explicit SourceSniffer(ByteSource& source)
    {
        cookie_io_functions_t const calls{read_cookie, nullptr, nullptr, nullptr};
        auto* const file = ::fopencookie(&source, "rb", calls);
        std::array<char, PCAP_ERRBUF_SIZE> reason{};
        auto* const handle = file != nullptr ? ::pcap_fopen_offline(file, reason.data()) : nullptr;
        if (handle == nullptr) {
            if (file != nullptr) (void)std::fclose(file);
            throw std::runtime_error(reason.data());
        }
        // The base class leaves both of these unset.
        set_pcap_handle(handle);
        set_pcap_sniffing_method(::pcap_loop);
        set_extract_raw_pdus(false);
    }
};

std::uint64_t nanos(std::chrono::microseconds at)
{
    auto const count = std::chrono::duration_cast<std::chrono::nanoseconds>(at).count();
    return static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0));
}

struct Direction {
    std::uint32_t number = 0;
    std::uint16_t port = 0;  // toward which it goes
};

// Gives the payload of each direction, in order, to `on_data`.
class Follower {
public:
    using OnData = std::function<void(Direction, std::uint64_t at_ns, ByteView, bool is_datagram)>;

    explicit Follower(OnData on_data) : on_data_(std::move(on_data))
    {
        streams_.follow_partial_streams(true);  // a capture may start in the middle
        streams_.new_stream_callback([this](Tins::TCPIP::Stream& stream) { follow(stream); });
    }

    void packet(Tins::Packet& packet)
    {
        if (packet.pdu() == nullptr) return;
        if (auto const* udp = packet.pdu()->find_pdu<Tins::UDP>(); udp != nullptr)
            return datagram(*udp, packet);
        streams_.process_packet(packet);
    }

private:
    void follow(Tins::TCPIP::Stream& stream)
    {
        if (count_ + 2 > kStreamsMax) {
            stream.ignore_client_data();
            stream.ignore_server_data();
            return;
        }
        Direction const to_server{++count_, stream.server_port()};
        Direction const to_client{++count_, stream.client_port()};
        stream.client_data_callback([this, to_server](Tins::TCPIP::Stream& s) {
            data(to_server, nanos(s.last_seen()), s.client_payload(), false);
        });
        stream.server_data_callback([this, to_client](Tins::TCPIP::Stream& s) {
            data(to_client, nanos(s.last_seen()), s.server_payload(), false);
        });
    }

    void datagram(Tins::UDP const& udp, Tins::Packet const& packet)
    {
        auto const* raw = udp.inner_pdu() == nullptr ? nullptr : udp.find_pdu<Tins::RawPDU>();
        if (raw == nullptr) return;
        auto const key = std::uint32_t{udp.sport()} << 16U | udp.dport();
        auto const [found, is_new] = datagrams_.try_emplace(key, count_ + 1);
        if (is_new) {
            if (count_ >= kStreamsMax) return void(datagrams_.erase(found));
            ++count_;
        }
        std::chrono::microseconds const at = packet.timestamp();
        data({found->second, udp.dport()}, nanos(at), raw->payload(), true);
    }

    void data(Direction direction, std::uint64_t at_ns, std::vector<std::uint8_t> const& payload,
              bool is_datagram)
    {
        on_data_(direction, at_ns,
                 {reinterpret_cast<std::byte const*>(payload.data()), payload.size()}, is_datagram);
    }

    OnData on_data_;
    Tins::TCPIP::StreamFollower streams_;
    std::map<std::uint32_t, std::uint32_t> datagrams_;  // ports to number
    std::uint32_t count_ = 0;
};

class CaptureInput final : public Input {
public:
    CaptureInput(ByteSource& source, InputOptions const& options)
        : options_(options),
          follower_([this](Direction to, std::uint64_t at_ns, ByteView bytes, bool is_datagram) {
              receive(to, at_ns, bytes, is_datagram);
          })
    {
        try {
            sniffer_ = std::make_unique<SourceSniffer>(source);
        } catch (std::exception const& error) {
            fail({}, std::string("not a packet capture: ") + error.what());
        }
    }

    [[nodiscard]] bool next(InputMessage& out) override
    {
        while (ready_.empty() && sniffer_ != nullptr)
            read_packet();
        if (ready_.empty()) return false;
        current_ = std::move(ready_.front());
        ready_.pop_front();
        auto const whole = ByteView(current_.bytes);
        auto const body = whole.subspan(current_.body_at, current_.body_bytes);
        out = {++number_, body, whole, current_.place, current_.problem};
        return true;
    }

private:
    struct Ready {
        std::vector<std::byte> bytes;  // a whole frame
        std::size_t body_at = 0;
        std::size_t body_bytes = 0;
        Place place;
        std::string problem;
    };
    struct Stream {
        std::vector<std::byte> buffer;
        std::uint64_t offset = 0;  // of the buffer's first byte
        bool broken = false;
    };

    void read_packet()
    {
        try {
            Tins::Packet packet{sniffer_->next_packet()};
            if (packet.pdu() != nullptr) {
                follower_.packet(packet);
                return;
            }
        } catch (std::exception const& error) {
            fail({}, std::string("the capture cannot be read on: ") + error.what());
        }
        sniffer_.reset();
        for (auto const& [number, stream] : streams_)
            if (!stream.broken && !stream.buffer.empty())
                fail({0, stream.offset, number, 0}, "the capture ends inside of a message");
    }

    void receive(Direction to, std::uint64_t at_ns, ByteView bytes, bool is_datagram)
    {
        auto& stream = streams_[to.number];
        if (stream.broken) return;
        stream.buffer.insert(stream.buffer.end(), bytes.begin(), bytes.end());
        std::size_t at = 0;
        while (!stream.broken && at < stream.buffer.size()) {
            auto const rest = ByteView(stream.buffer).subspan(at);
            Place const place{0, stream.offset + at, to.number, at_ns};
            if (!options_.framing.framing) {
                emit(place, rest, 0, rest.size());
                at += rest.size();
                break;
            }
            auto const frame =
                wire::peek_frame(*options_.framing.framing, rest, kInputMessageBytesMax);
            if (frame.status == wire::FrameStatus::need_more) break;
            if (frame.status == wire::FrameStatus::complete) {
                emit(place, rest.first(frame.frame_bytes), frame.header_bytes, frame.body_bytes);
            } else if (frame.status != wire::FrameStatus::keep_alive) {
                stream.broken = !is_datagram;
                fail(place, "no frame begins here; the rest of this direction is not read");
                at = stream.buffer.size();
                break;
            }
            at += frame.frame_bytes;
        }
        if (is_datagram) at = stream.buffer.size();
        stream.offset += at;
        stream.buffer.erase(stream.buffer.begin(),
                            stream.buffer.begin() + static_cast<std::ptrdiff_t>(at));
    }

    void emit(Place const& place, ByteView frame, std::size_t body_at, std::size_t body_bytes)
    {
        auto const skip = std::min(options_.skip_bytes, body_bytes);
        ready_.push_back(
            {{frame.begin(), frame.end()}, body_at + skip, body_bytes - skip, place, {}});
    }
    void fail(Place const& place, std::string problem)
    {
        ready_.push_back({{}, 0, 0, place, std::move(problem)});
    }

    InputOptions options_;
    std::deque<Ready> ready_;  // of one packet, or of the end
    Ready current_;
    std::map<std::uint32_t, Stream> streams_;
    Follower follower_;
    std::unique_ptr<SourceSniffer> sniffer_;
    std::uint64_t number_ = 0;
};

}  // namespace

std::unique_ptr<Input> make_capture_input(ByteSource& source, InputOptions const& options)
{
    return std::make_unique<CaptureInput>(source, options);
}

std::string sample_capture(ByteSource& source, CapturePiece const& piece)
{
    try {
        auto more = true;
        Follower follower([&](Direction to, std::uint64_t, ByteView bytes, bool) {
            more = more && piece(to.number, to.port, bytes);
        });
        SourceSniffer sniffer(source);
        while (more) {
            Tins::Packet packet{sniffer.next_packet()};
            if (packet.pdu() == nullptr) break;
            follower.packet(packet);
        }
    } catch (std::exception const& error) {
        return std::string("not a packet capture: ") + error.what();
    }
    return {};
}

}  // namespace turnout::cli::message
