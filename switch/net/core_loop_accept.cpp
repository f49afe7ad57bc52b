// Connections: accepting, closing, deadlines.
#include "switch/net/core_loop.hpp"
#include "switch/net/listener_state.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace turnout::net {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

static constexpr int kAcceptsPerTurn = 64;
static constexpr int kBacklog = 4096;
static constexpr std::size_t kDeadlineSlices = 5;  // each session is looked at every 500 ms
static constexpr std::size_t kSliceMin = 64;

[[noreturn]] static void throw_listener(ListenerConfig const& config, int error)
{
    throw std::system_error(
        error, std::generic_category(),
        fmt::format("listener '{}' on {} port {}", config.name, config.address, config.port));
}

// SO_REUSEPORT would also let a second daemon share the port unnoticed; a bind without it tells.
static void probe_port(ListenerConfig const& config, tcp::endpoint const& endpoint)
{
    asio::io_context io{1};
    boost::system::error_code error;
    tcp::acceptor probe(io);
    probe.open(endpoint.protocol(), error);
    if (!error) probe.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) probe.bind(endpoint, error);
    if (!error) probe.listen(1, error);
    if (error) throw_listener(config, error.value());
}

void CoreLoop::open_listeners()
{
    for (auto& listener : listeners_)
        open_listener(*listener);
}

void CoreLoop::open_listener(ListenerState& listener)
{
    auto& shared = listener.shared;
    auto const& config = shared.config;
    boost::system::error_code error;
    auto const address = asio::ip::make_address(config.address, error);
    if (error) throw_listener(config, error.value());
    auto const bound = shared.bound_port.load(std::memory_order_acquire);
    auto const port = bound != 0 ? bound : static_cast<std::uint16_t>(config.port);
    tcp::endpoint const endpoint(address, port);
    if (parts_.share_ports && bound == 0 && port != 0) probe_port(config, endpoint);

    auto& acceptor = listener.acceptor;
    acceptor.open(endpoint.protocol(), error);
    if (error) throw_listener(config, error.value());
    acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    int const on = 1;
    if (parts_.share_ports &&
        ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
        throw_listener(config, errno);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(kBacklog, error);
    if (!error) acceptor.native_non_blocking(true, error);
    if (error) throw_listener(config, error.value());
    shared.bound_port.store(acceptor.local_endpoint(error).port(), std::memory_order_release);
}

void CoreLoop::arm_accept(ListenerState& listener)
{
    if (listener.waiting || !listener.acceptor.is_open()) return;
    listener.waiting = true;
    listener.acceptor.async_wait(
        asio::socket_base::wait_read,
        asio::bind_allocator(HandlerAllocator<std::byte>(listener.memory),
                             [&listener](boost::system::error_code const& error) {
                                 listener.waiting = false;
                                 if (!error) listener.ready = true;
                             }));
}

bool CoreLoop::accept_ready()
{
    bool accepted = false;
    for (auto& listener : listeners_) {
        if (!listener->ready || draining_) continue;
        listener->ready = false;
        int count = 0;
        while (count < kAcceptsPerTurn && accept_one(*listener))
            ++count;
        accepted = accepted || count != 0;
        if (count == kAcceptsPerTurn)
            listener->ready = true;  // more wait; others get their turn first
        else if (listener->acceptor.is_open() && errno != EMFILE && errno != ENFILE)
            arm_accept(*listener);  // else the timer does it, when a descriptor may be free again
    }
    return accepted;
}

static std::array<std::uint8_t, 16> as_v6(asio::ip::address const& address)
{
    if (address.is_v6()) return address.to_v6().to_bytes();
    return asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()).to_bytes();
}

// Counts a connection in, whether there is room or not; give_place_back() counts it out.
static bool take_place(ListenerShared& shared, Link const& link) noexcept
{
    auto const all = shared.connections.fetch_add(1, std::memory_order_relaxed);
    auto const own = link.connections->fetch_add(1, std::memory_order_relaxed);
    return all < shared.config.connections_max && own < link.connections_max;
}

static void give_place_back(ListenerShared& shared, Link const& link) noexcept
{
    shared.connections.fetch_sub(1, std::memory_order_relaxed);
    link.connections->fetch_sub(1, std::memory_order_relaxed);
}

// False when nobody waits (errno says why); true when a connection was taken, kept or not.
bool CoreLoop::accept_one(ListenerState& listener)
{
    tcp::endpoint peer;
    auto length = static_cast<socklen_t>(peer.capacity());
    auto const descriptor = ::accept4(listener.acceptor.native_handle(), peer.data(), &length,
                                      SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) {
        if (errno == ECONNABORTED || errno == EINTR) return true;
        if (errno != EAGAIN) counters_.add(CounterId::accept_errors);
        return false;
    }
    peer.resize(length);
    auto& shared = listener.shared;
    auto const* link = find_link(*parts_.links, listener.index, as_v6(peer.address()));
    auto* session = link != nullptr && take_place(shared, *link) ? claim_session() : nullptr;
    if (session == nullptr) {
        if (link != nullptr) give_place_back(shared, *link);
        ::close(descriptor);
        counters_.add(link == nullptr ? CounterId::connections_unknown_peer
                                      : CounterId::connections_over_cap);
        if (log_gate_.allow(now_ms_))
            log::warn("connection closed: listener={} link={} peer={} reason=\"{}\"",
                      shared.config.name, link == nullptr ? "none" : link->name,
                      peer.address().to_string(),
                      link == nullptr ? "no link has this address" : "too many connections");
        return true;
    }
    int const on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    boost::system::error_code error;
    session->socket.assign(peer.protocol(), descriptor, error);
    session->peer = peer;
    start_session(*session, listener, *link);
    return true;
}

Session* CoreLoop::claim_session()
{
    if (free_sessions_.empty()) {
        if (sessions_.size() == sessions_max_) return nullptr;
        auto const slot = static_cast<std::uint32_t>(sessions_.size());
        sessions_.push_back(std::make_unique<Session>(io_));
        sessions_.back()->slot = slot;
        sessions_.back()->in = in_arena_->slot(slot);
        sessions_.back()->out = out_arena_->slot(slot);
        free_sessions_.push_back(slot);
    }
    auto* session = sessions_[free_sessions_.back()].get();
    free_sessions_.pop_back();
    return session;
}

void CoreLoop::start_session(Session& session, ListenerState& listener, Link const& link)
{
    session.phase = SessionPhase::open;
    session.link = &link;
    session.listener = &listener;
    session.last_read_ms = now_ms_;
    counters_.add(CounterId::connections_accepted);
    if (opened_gate_.allow(now_ms_)) log::info("connection opened: {}", describe(session));
    arm_read(session);
}

std::string CoreLoop::describe(Session const& session) const
{
    return fmt::format("listener={} link={} peer={}:{}", session.listener->shared.config.name,
                       session.link->name, session.peer.address().to_string(), session.peer.port());
}

void CoreLoop::close(Session& session, CounterId reason, char const* text) noexcept
{
    if (!is_live(session)) return;
    counters_.add(CounterId::connections_closed);
    if (reason != CounterId::connections_closed) counters_.add(reason);
    if (log_gate_.allow(now_ms_))
        log::info("connection closed: {} reason=\"{}\" in_flight={}", describe(session), text,
                  session.in_flight);
    boost::system::error_code ignored;
    session.socket.close(ignored);
    give_place_back(session.listener->shared, *session.link);
    session.phase = SessionPhase::closing;
    ++session.generation;
    if (!session.waiting_read && !session.waiting_write) finish_close(session);
}

// Once no handler refers to the session any more: its slot can be used again.
void CoreLoop::finish_close(Session& session) noexcept
{
    if (session.waiting_read || session.waiting_write) return;
    in_arena_->release(session.slot);
    out_arena_->release(session.slot);
    session.phase = SessionPhase::free;
    session.in_bytes = session.out_head = session.out_tail = session.out_reserved = 0;
    session.in_flight = session.malformed_in_row = 0;
    session.paused = false;
    session.partial_since_ms = session.blocked_since_ms = session.ending_since_ms = 0;
    free_sessions_.push_back(session.slot);
}

// A slice of all sessions per tick, so that ten thousand silent ones never stall a turn.
void CoreLoop::scan_deadlines() noexcept
{
    auto const count =
        std::min(sessions_.size(), std::max(sessions_.size() / kDeadlineSlices + 1, kSliceMin));
    for (std::size_t step = 0; step < count; ++step) {
        if (deadline_cursor_ >= sessions_.size()) deadline_cursor_ = 0;
        auto& session = *sessions_[deadline_cursor_++];
        if (is_live(session)) check_deadlines(session);
    }
}

void CoreLoop::check_deadlines(Session& session) noexcept
{
    auto const& config = session.listener->shared.config;
    auto const passed = [&](std::uint64_t since_ms, std::uint64_t allowed_ms) noexcept {
        return since_ms != 0 && now_ms_ - since_ms > allowed_ms;
    };
    if (passed(session.blocked_since_ms, config.write_timeout_ms))
        close(session, CounterId::closed_write_timeout, "peer does not read its answers");
    else if (passed(session.ending_since_ms, config.write_timeout_ms))
        close(session, CounterId::connections_closed, "peer ended, answers are late");
    else if (passed(session.partial_since_ms, config.frame_timeout_ms))
        close(session, CounterId::closed_frame_timeout, "frame is not complete in time");
    else if (session.in_flight == 0 && !session.paused &&
             passed(session.last_read_ms, config.idle_timeout_ms))
        close(session, CounterId::closed_idle, "nothing received for too long");
}

}  // namespace turnout::net
