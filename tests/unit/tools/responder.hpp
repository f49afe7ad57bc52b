// A peer for the load tools' tests: accepts connections on a free port of the loopback interface
// and answers requests on its own thread, with the misbehaviour that a test asks for.
#pragma once
#include "protocol/iso8583/dialect.hpp"
#include "protocol/wire/framing.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace turnout::test {

struct Behaviour {
    iso8583::Dialect const* dialect = &iso8583::dialect_1987_binary();
    wire::Framing framing = wire::Framing::binary2;
    unsigned silent_every = 0;   // every n-th request gets no answer
    unsigned twice_every = 0;    // ... is answered twice
    unsigned decline_every = 0;  // ... is declined with `decline_code`
    std::string decline_code = "51";
    std::string sign_on_code = "00";
    unsigned delay_ms = 0;          // before each answer but that to a sign-on
    std::uint64_t close_after = 0;  // requests, then every connection is closed (once)
    bool wrong_rrn = false;         // echoes another DE 37
};

class Responder {
public:
    explicit Responder(Behaviour const& behaviour);
    ~Responder();
    Responder(Responder const&) = delete;
    Responder& operator=(Responder const&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] std::string target() const { return "127.0.0.1:" + std::to_string(port_); }
    // Ends the thread; the counters below are then safe to read.
    void stop();

    std::uint64_t requests = 0;  // without 0800
    std::uint64_t sign_ons = 0;
    std::uint64_t repeated_keys = 0;  // DE 41, 11, 7 and class seen before
    std::uint64_t undecodable = 0;
    std::map<unsigned, std::uint64_t> by_mti;
    std::set<std::string> originals;  // DE 90 of reversals
    std::set<std::string> keys;       // MTI / DE 11 / DE 7 / DE 37 of every request

private:
    struct Connection {
        int fd = -1;
        std::vector<std::byte> in;
    };
    void run();
    void serve(Connection& connection);
    void answer(Connection& connection, std::size_t at, std::size_t bytes);
    void close_all();

    Behaviour behaviour_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopping_{false};
    bool closed_once_ = false;
    std::vector<Connection> connections_;
    std::set<std::string> seen_;
    std::thread thread_;
};

}  // namespace turnout::test
