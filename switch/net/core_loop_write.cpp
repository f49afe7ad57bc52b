// Sending: answers into a session's output, one send per session and turn.
#include "switch/net/core_loop.hpp"
#include "switch/net/listener_state.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <boost/asio/bind_allocator.hpp>
#include <sys/socket.h>

namespace turnout::net {

namespace asio = boost::asio;

// Room for what is in flight already, and for the largest answer of one more message.
bool CoreLoop::has_output_room(Session const& session) noexcept
{
    return session.out_bytes() + session.out_reserved + limits::answer_bytes_max <=
           session.out.size();
}

ByteSpan CoreLoop::out_room(Session& session, std::size_t bytes) noexcept
{
    if (session.out.size() - session.out_tail < bytes) {
        std::memmove(session.out.data(), session.out.data() + session.out_head,
                     session.out_bytes());
        session.out_tail = session.out_bytes();
        session.out_head = 0;
    }
    return session.out.subspan(session.out_tail);
}

void CoreLoop::put_answer(Session& session, EchoFields const& echo,
                          Decision const& decision) noexcept
{
    auto const& config = session.listener->shared.config;
    auto const room = out_room(session, echo.used_bytes + limits::answer_own_bytes_max);
    auto const bytes = build_answer(*config.dialect, config.framing, echo, decision, room);
    if (bytes == 0) {  // the room was reserved, so a value was wrong: the peer will repeat
        counters_.add(CounterId::answers_unbuilt);
        return;
    }
    session.out_tail += bytes;
    counters_.add(CounterId::answers_sent);
    if (std::string_view(decision.rc, sizeof decision.rc) == "96") [[unlikely]]
        counters_.add(CounterId::answers_96);
    list_dirty(session);
}

void CoreLoop::list_dirty(Session& session) noexcept
{
    if (session.dirty_listed) return;
    session.dirty_listed = true;
    dirty_.push_back(session.slot);
}

bool CoreLoop::flush_dirty() noexcept
{
    if (dirty_.empty()) return false;
    for (auto const slot : dirty_) {
        auto& session = *sessions_[slot];
        session.dirty_listed = false;
        if (is_live(session)) flush(session);
    }
    dirty_.clear();
    return true;
}

void CoreLoop::flush(Session& session) noexcept
{
    if (session.out_bytes() != 0 && !session.waiting_write) {
        counters_.add(CounterId::sends);
        auto const sent =
            ::send(session.socket.native_handle(), session.out.data() + session.out_head,
                   session.out_bytes(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            close(session, CounterId::connections_closed, "send failed");
            return;
        }
        if (sent > 0) {
            counters_.add(CounterId::bytes_sent, static_cast<std::uint64_t>(sent));
            session.out_head += static_cast<std::size_t>(sent);
            session.blocked_since_ms = 0;
        }
        if (session.out_bytes() == 0) {
            session.out_head = session.out_tail = 0;
        } else {
            if (session.blocked_since_ms == 0) session.blocked_since_ms = now_ms_;
            arm_write(session);
        }
    }
    if (session.phase == SessionPhase::ending && session.in_flight == 0 && !session.paused &&
        session.out_bytes() == 0) {
        close(session, CounterId::connections_closed,
              session.in_bytes == 0 ? "peer ended" : "peer ended inside a frame");
        return;
    }
    // Paused for its own output: go on as soon as one more answer fits.
    if (session.paused && !session.starved_listed && has_output_room(session))
        list_readable(session);
}

void CoreLoop::arm_write(Session& session)
{
    session.waiting_write = true;
    session.socket.async_wait(
        asio::socket_base::wait_write,
        asio::bind_allocator(HandlerAllocator<std::byte>(session.write_memory),
                             [this, &session](boost::system::error_code const& error) {
                                 session.waiting_write = false;
                                 if (session.phase == SessionPhase::closing)
                                     finish_close(session);
                                 else if (!error)
                                     list_dirty(session);
                             }));
}

}  // namespace turnout::net
