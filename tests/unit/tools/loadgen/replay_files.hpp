// Recorded traffic for the replay tests: messages, JSON lines and a packet capture, made on the
// spot.
#pragma once
#include "protocol/iso8583/message_builder.hpp"
#include "protocol/wire/framing.hpp"

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <tins/ethernetII.h>
#include <tins/ip.h>
#include <tins/packet.h>
#include <tins/packet_writer.h>
#include <tins/rawpdu.h>
#include <tins/tcp.h>
#include <tins/timestamp.h>
#include <unistd.h>

namespace turnout::test {

struct Message {
    std::uint16_t mti = 100;
    std::uint32_t stan = 1;
    std::uint64_t de7 = 1'120'173'045;
    std::string rrn = "632517000001";
    std::string code = {};      // DE 39
    std::string original = {};  // DE 90
    std::string pan = "9999010000000018";
};

inline std::vector<std::byte> build(Message const& message)
{
    std::vector<std::byte> out(512);
    iso8583::MessageBuilder builder(iso8583::dialect_1987_binary(), out, iso8583::Mti{message.mti},
                                    !message.original.empty());
    builder.text(2, message.pan);
    builder.text(3, "000000");
    builder.number(4, 12'345);
    builder.number(7, message.de7);
    builder.number(11, message.stan);
    builder.number(12, message.de7 % 1'000'000);
    builder.number(13, message.de7 / 1'000'000);
    builder.text(37, message.rrn);
    if (!message.code.empty()) builder.text(39, message.code);
    builder.text(41, "TERM0001");
    builder.text(49, "978");
    if (!message.original.empty()) builder.text(90, message.original);
    auto const built = builder.finish();
    out.resize(built.has_value() ? *built : 0);
    return out;
}

inline std::string hex(std::vector<std::byte> const& bytes)
{
    std::string out;
    for (auto const byte : bytes)
        for (auto const nibble :
             {std::to_integer<unsigned>(byte) >> 4U, std::to_integer<unsigned>(byte) & 15U})
            out += "0123456789abcdef"[nibble];
    return out;
}

// A file in the tests' temporary directory that goes away with the object.
class TemporaryFile {
public:
    explicit TemporaryFile(std::string const& name)
        : path_(std::string(std::getenv("TMPDIR") != nullptr ? std::getenv("TMPDIR") : "/tmp") +
                "/turnout-" + std::to_string(::getpid()) + "-" + name)
    {
    }
    ~TemporaryFile() { (void)::unlink(path_.c_str()); }
    TemporaryFile(TemporaryFile const&) = delete;
    TemporaryFile& operator=(TemporaryFile const&) = delete;
    [[nodiscard]] std::string const& path() const noexcept { return path_; }
    void write(std::string const& text) const { std::ofstream(path_) << text; }

private:
    std::string path_;
};

// Writes one TCP conversation from 10.0.0.1:40000 to 10.0.0.2:8583 into a capture.
class Capture {
public:
    explicit Capture(std::string const& path)
        : writer_(path, Tins::DataLinkType<Tins::EthernetII>())
    {
        packet(true, Tins::TCP::SYN, {}, 0);
        packet(false, Tins::TCP::SYN | Tins::TCP::ACK, {}, 10);
        packet(true, Tins::TCP::ACK, {}, 20);
    }

    // Bytes from the acquirer (`to_server`) or back, at `at_us` microseconds.
    void data(bool to_server, std::vector<std::byte> const& bytes, long at_us)
    {
        packet(to_server, Tins::TCP::PSH | Tins::TCP::ACK, bytes, at_us);
    }
    // The same with a 2-byte length in front.
    void message(bool to_server, std::vector<std::byte> const& body, long at_us)
    {
        data(to_server, framed(body), at_us);
    }
    [[nodiscard]] static std::vector<std::byte> framed(std::vector<std::byte> const& body)
    {
        std::vector<std::byte> out(2 + body.size());
        (void)wire::write_frame_header(wire::Framing::binary2, out, body.size());
        std::copy(body.begin(), body.end(), out.begin() + 2);
        return out;
    }

private:
    void packet(bool to_server, int flags, std::vector<std::byte> const& bytes, long at_us)
    {
        auto& mine = to_server ? client_seq_ : server_seq_;
        auto const theirs = to_server ? server_seq_ : client_seq_;
        Tins::TCP tcp = to_server ? Tins::TCP(8583, 40'000) : Tins::TCP(40'000, 8583);
        tcp.flags(static_cast<Tins::small_uint<12>::repr_type>(flags));
        tcp.seq(mine);
        tcp.ack_seq(theirs);
        mine += static_cast<std::uint32_t>(bytes.size()) + ((flags & Tins::TCP::SYN) != 0 ? 1 : 0);
        auto whole =
            Tins::EthernetII() /
            (to_server ? Tins::IP("10.0.0.2", "10.0.0.1") : Tins::IP("10.0.0.1", "10.0.0.2")) / tcp;
        if (!bytes.empty())
            whole /= Tins::RawPDU(reinterpret_cast<std::uint8_t const*>(bytes.data()),
                                  static_cast<std::uint32_t>(bytes.size()));
        timeval const at{1'600'000'000, at_us};
        Tins::Packet stamped(whole, Tins::Timestamp(at));
        writer_.write(stamped);
    }

    Tins::PacketWriter writer_;
    std::uint32_t client_seq_ = 1'000, server_seq_ = 5'000;
};

}  // namespace turnout::test
