// Receiving: from bytes to commands.
#include "protocol/core/check.hpp"
#include "switch/net/core_loop.hpp"
#include "switch/net/listener_state.hpp"

#include <cerrno>
#include <cstring>

#include <boost/asio/bind_allocator.hpp>
#include <fmt/format.h>
#include <sys/socket.h>

namespace turnout::net {

namespace asio = boost::asio;
using wire::FrameStatus;

void CoreLoop::arm_read(Session& session)
{
    if (session.waiting_read || draining_) return;
    session.waiting_read = true;
    session.socket.async_wait(
        asio::socket_base::wait_read,
        asio::bind_allocator(HandlerAllocator<std::byte>(session.read_memory),
                             [this, &session](boost::system::error_code const& error) {
                                 session.waiting_read = false;
                                 if (session.phase == SessionPhase::closing)
                                     finish_close(session);
                                 else if (!error)
                                     list_readable(session);
                             }));
}

void CoreLoop::list_readable(Session& session) noexcept
{
    if (session.readable_listed) return;
    session.readable_listed = true;
    readable_.push_back(session.slot);
}

// The handlers only list sessions, so that all of a turn's bytes are read at one time of the clock.
bool CoreLoop::read_ready() noexcept
{
    if (readable_.empty()) return false;
    std::swap(readable_, reading_);
    for (auto const slot : reading_) {
        auto& session = *sessions_[slot];
        session.readable_listed = false;
        if (is_live(session) && !draining_) read_session(session);
    }
    reading_.clear();
    return true;
}

void CoreLoop::read_session(Session& session) noexcept
{
    auto const left_bytes = session.in_bytes;
    if (left_bytes != 0) std::memcpy(scratch_.get(), session.in.data(), left_bytes);
    session.paused = false;
    auto const total = receive(session, left_bytes);
    if (!is_live(session)) return;
    ByteView const bytes(scratch_.get(), total);
    auto const used = parse(session, bytes);
    if (!is_live(session)) return;
    keep_rest(session, bytes.subspan(used), used != 0);
    if (session.phase == SessionPhase::ending)
        list_dirty(session);
    else if (!session.paused)
        arm_read(session);
}

// Bytes now in the scratch. The peer's last byte and errors change the session's phase.
std::size_t CoreLoop::receive(Session& session, std::size_t have_bytes) noexcept
{
    auto const room = session.in.size() - have_bytes;
    if (room == 0 || session.phase == SessionPhase::ending) return have_bytes;
    auto const got =
        ::recv(session.socket.native_handle(), scratch_.get() + have_bytes, room, MSG_DONTWAIT);
    if (got > 0) {
        counters_.add(CounterId::receives);
        counters_.add(CounterId::bytes_received, static_cast<std::uint64_t>(got));
        session.last_read_ms = now_ms_;
        return have_bytes + static_cast<std::size_t>(got);
    }
    if (got == 0) {
        session.phase = SessionPhase::ending;
        session.ending_since_ms = now_ms_;
    } else if (errno != EAGAIN && errno != EINTR) {
        close(session, CounterId::connections_closed, "receive failed");
    }
    return have_bytes;
}

// Takes whole frames from the front; returns the bytes consumed. Stops when the session or the loop
// has no room for another answer (session.paused).
std::size_t CoreLoop::parse(Session& session, ByteView bytes) noexcept
{
    auto const& config = session.listener->shared.config;
    auto const& framing = config.framing;
    std::size_t used = 0;
    while (used < bytes.size()) {
        auto const rest = bytes.subspan(used);
        auto const frame = wire::peek_frame(framing, rest, config.frame_bytes_max);
        switch (frame.status) {
            case FrameStatus::need_more:
                return used;
            case FrameStatus::keep_alive:
                if (!take_keep_alive(session, rest.first(frame.frame_bytes))) return used;
                used += frame.frame_bytes;
                continue;
            case FrameStatus::bad_header:
                used += frame.frame_bytes;
                if (!take_bad_header(session)) return used;
                continue;
            case FrameStatus::bad_length:
                flush(session);  // what was answered already; the stream behind is lost
                close(session, CounterId::closed_bad_frame, "stream is out of step with framing");
                return used;
            case FrameStatus::too_long:
                flush(session);
                close(session, CounterId::closed_frame_too_long, "frame is longer than allowed");
                return used;
            case FrameStatus::complete:
                break;
        }
        if (!may_take(session)) return used;
        counters_.add(CounterId::frames_received);
        request_header_ = wire::message_header(framing, rest, frame);
        handle_message(session, rest.subspan(frame.header_bytes, frame.body_bytes));
        used += frame.frame_bytes;
        if (!is_live(session)) return used;
    }
    return used;
}

// Sends the same bytes back where that is configured. False when there is no room for them now.
bool CoreLoop::take_keep_alive(Session& session, ByteView frame) noexcept
{
    auto const& framing = session.listener->shared.config.framing;
    if (framing.empty == wire::EmptyFrame::echo && frame.size() <= wire::kFrameHeaderBytesMax) {
        if (!has_output_room(session)) {
            session.paused = true;  // goes on when answers have been sent: flush()
            counters_.add(CounterId::paused_session);
            return false;
        }
        std::memcpy(out_room(session, frame.size()).data(), frame.data(), frame.size());
        session.out_tail += frame.size();
        list_dirty(session);
    }
    counters_.add(CounterId::keep_alives);
    return true;
}

// A whole frame whose message header is none. False when the session was closed for it.
bool CoreLoop::take_bad_header(Session& session) noexcept
{
    counters_.add(CounterId::frames_received);
    counters_.add(CounterId::format_errors_dropped);
    ++session.malformed_in_row;
    if (log_gate_.allow(now_ms_))
        log::info("message not decodable: {} reason=\"wrong message header\" answer=none",
                  describe(session));
    return close_malformed(session);
}

// False when there were too many and the session was closed.
bool CoreLoop::close_malformed(Session& session) noexcept
{
    if (session.malformed_in_row < session.listener->shared.config.malformed_max) return true;
    flush(session);
    close(session, CounterId::closed_malformed, "too many undecodable messages in a row");
    return false;
}

void CoreLoop::keep_rest(Session& session, ByteView rest, bool consumed) noexcept
{
    TURNOUT_CHECK(rest.size() <= session.in.size(),
                  "what is left over was received with this bound");
    if (!rest.empty()) std::memcpy(session.in.data(), rest.data(), rest.size());
    session.in_bytes = rest.size();
    if (rest.empty() || session.paused)
        session.partial_since_ms = 0;
    else if (consumed || session.partial_since_ms == 0)
        session.partial_since_ms = now_ms_;
}

bool CoreLoop::may_take(Session& session) noexcept
{
    if (!has_output_room(session)) {
        session.paused = true;  // goes on when answers have been sent: flush()
        counters_.add(CounterId::paused_session);
        return false;
    }
    if (slots_.free_count() == 0) {
        session.paused = true;
        counters_.add(CounterId::paused_loop);
        if (!session.starved_listed) {
            session.starved_listed = true;
            starved_.push_back(session.slot);
        }
        return false;
    }
    return true;
}

void CoreLoop::handle_message(Session& session, ByteView body) noexcept
{
    auto const& listener = session.listener->shared;
    auto const error = view_.decode(*listener.config.dialect, body);
    Extracted extracted;
    if (error.ok()) [[likely]] {
        auto const origin = parts_.index << 16U | session.link->index;
        extracted = extract({view_, *session.link, *parts_.hash, now_.wall_ns, origin,
                             listener.dialect_index, de7_},
                            batch_.emplace_back());
        session.malformed_in_row = 0;
        if (extracted.outcome == Outcome::command) [[likely]] {
            handle_command(session);
            return;
        }
        batch_.pop_back();
    } else {
        extracted = extract_broken(view_, error);
        ++session.malformed_in_row;
    }
    counters_.add(extracted.counter);
    log_reject(session, extracted, error);
    if (extracted.outcome == Outcome::answer) handle_reject(session, extracted);
    (void)close_malformed(session);
}

// The command is the last of the batch: extract() wrote it there.
void CoreLoop::handle_command(Session& session) noexcept
{
    auto const index = slots_.claim();
    TURNOUT_CHECK(index.has_value(), "may_take() looked for a free slot");
    auto& slot = slots_.at(*index);
    slot.session = {session.slot, session.generation};
    slot.echo.copy(view_, request_header_);
    session.out_reserved += slot.answer_bytes_max();
    ++session.in_flight;
    auto& command = batch_.back();
    command.echo_slot = *index;
    command.echo_generation = slot.generation;
    if (batch_.size() == limits::commands_per_batch_max) submit_batch();
}

void CoreLoop::handle_reject(Session& session, Extracted const& extracted) noexcept
{
    Decision decision;
    std::memcpy(decision.rc, extracted.rc, sizeof decision.rc);
    reject_echo_.copy(view_, request_header_);
    put_answer(session, reject_echo_, decision);
    reject_echo_.wipe();
}

void CoreLoop::log_reject(Session const& session, Extracted const& extracted,
                          iso8583::DecodeError const& error) noexcept
{
    if (!log_gate_.allow(now_ms_)) return;
    if (error.ok())
        log::info(
            "message refused: {} de={} reason=\"{}\" answer={}", describe(session), extracted.de,
            extracted.reason,
            extracted.outcome == Outcome::answer ? std::string_view(extracted.rc, 2) : "none");
    else
        log::info(
            "message not decodable: {} de={} offset={} reason=\"{}\" answer={}", describe(session),
            error.de, error.offset_bytes, iso8583::meaning(error.code),
            extracted.outcome == Outcome::answer ? std::string_view(extracted.rc, 2) : "none");
}

// Lets sessions go on that waited for echo slots, no more than there are slots.
void CoreLoop::resume_starved() noexcept
{
    if (!slots_freed_) return;
    slots_freed_ = false;
    auto credit = slots_.free_count();
    while (starved_head_ < starved_.size() && credit != 0) {
        auto& session = *sessions_[starved_[starved_head_]];
        ++starved_head_;
        session.starved_listed = false;
        if (!is_live(session) || !session.paused) continue;
        list_readable(session);
        --credit;
    }
    if (starved_head_ == starved_.size()) {
        starved_.clear();
        starved_head_ = 0;
    } else if (starved_head_ >= sessions_max_) {
        starved_.erase(starved_.begin(),
                       starved_.begin() + static_cast<std::ptrdiff_t>(starved_head_));
        starved_head_ = 0;
    }
}

}  // namespace turnout::net
