// One connection of a loop: socket, bounded buffers, deadlines. Plain data; CoreLoop is the only
// one that touches it, on its own thread.
#pragma once
#include "protocol/core/bytes.hpp"
#include "switch/base/ids.hpp"
#include "switch/net/handler_memory.hpp"
#include "switch/net/link.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace turnout::net {

// Bound to the io_context's own executor: no type-erased executor on the hot path.
using Executor = boost::asio::io_context::executor_type;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

struct ListenerState;

enum class SessionPhase : std::uint8_t {
    free,     // slot is in the free list
    open,     // reading and answering
    ending,   // the peer sent its last byte: answer what is in flight, then close
    closing,  // socket is closed, a handler is still on its way
};

struct Session {
    explicit Session(boost::asio::io_context& io) : socket(io) {}

    [[nodiscard]] std::size_t out_bytes() const noexcept { return out_tail - out_head; }

    Socket socket;
    SessionPhase phase = SessionPhase::free;
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;  // raised at close: answers for an older connection are dropped
    Link const* link = nullptr;
    ListenerState* listener = nullptr;
    boost::asio::ip::tcp::endpoint peer;

    ByteSpan in;  // bytes left over from the last receive
    std::size_t in_bytes = 0;
    ByteSpan out;  // answers not sent yet: [out_head, out_tail)
    std::size_t out_head = 0;
    std::size_t out_tail = 0;
    std::size_t out_reserved = 0;  // answers in flight will take at most this much
    std::uint32_t in_flight = 0;
    std::uint32_t malformed_in_row = 0;

    bool waiting_read = false;  // an asynchronous wait is under way
    bool waiting_write = false;
    bool readable_listed = false;  // in the loop's list of sessions to read
    bool dirty_listed = false;     // in the loop's list of sessions to flush
    bool paused = false;           // whole frames wait in `in` for room or credit
    bool starved_listed = false;   // in the loop's list of sessions that wait for credit

    // Milliseconds of the loop's coarse clock; 0 = not running.
    std::uint64_t last_read_ms = 0;
    std::uint64_t partial_since_ms = 0;
    std::uint64_t blocked_since_ms = 0;
    std::uint64_t ending_since_ms = 0;

    HandlerMemory read_memory;
    HandlerMemory write_memory;
};

// Reading or at least still answering.
[[nodiscard]] inline bool is_live(Session const& session) noexcept
{
    return session.phase == SessionPhase::open || session.phase == SessionPhase::ending;
}

}  // namespace turnout::net
