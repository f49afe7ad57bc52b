// The hot half of the generator: queueing, sending, receiving, matching. No allocation, no lock.
#include "tools/loadgen/generator.hpp"
#include "tools/loadgen/socket.hpp"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>

namespace turnout::loadgen {

static constexpr std::size_t kAnswerBytesMax = 16'384;  // more than any frame a switch may send

Kind Generator::choose(Link& link, Reference& reference) noexcept
{
    auto const kind = single_ ? only_ : options_.mix.pick(random_.next32());
    if (kind != Kind::completion && kind != Kind::reversal) return kind;
    auto const rotation = Identity::rotation(link.in_flight.next());
    auto found = kind == Kind::completion ? link.holds.pop(rotation) : link.posted.pop(rotation);
    if (!found && kind == Kind::reversal) found = link.holds.pop(rotation);
    if (found) {
        reference = *found;
        return kind;
    }
    // Nothing approved to refer to yet: send what makes it possible.
    if (options_.mix.has(Kind::auth)) return Kind::auth;
    return options_.mix.has(Kind::purchase) ? Kind::purchase : Kind::withdrawal;
}

bool Generator::queue(Link& link, std::uint64_t intended_ns, bool measured) noexcept
{
    if (link.fd < 0 || !link.in_flight.has_room()) return false;
    if (options_.window != 0 && link.in_flight.waiting() >= options_.window) return false;
    if (link.out_bytes - link.out_tail < frame_bytes_max_) return false;

    Reference reference;
    auto const kind = choose(link, reference);
    auto const refers = kind == Kind::completion || kind == Kind::reversal;
    auto& slot = link.in_flight.take();
    auto const rotation = Identity::rotation(slot.ordinal);
    if (rotation != link.terminal_rotation) {
        link.terminal_rotation = rotation;
        link.terminal = link.identity.terminal(rotation);
    }
    auto const stan = Identity::stan(slot.ordinal);
    slot.intended_ns = intended_ns;
    slot.kind = kind;
    slot.measured = measured;
    slot.mmdd = time_.mmdd;
    slot.hhmmss = time_.hhmmss;
    slot.rrn_number = refers ? reference.rrn_number : stan;
    slot.card = refers ? reference.card : random_.below(static_cast<std::uint32_t>(cards_.size()));
    auto const range = options_.amount_max - options_.amount_min + 1;
    slot.amount = refers                  ? reference.amount
                  : kind == Kind::balance ? 0
                  : range == 1            ? options_.amount_min
                                          : options_.amount_min + random_.next() % range;

    auto const& message = templates_[static_cast<std::size_t>(kind)];
    message.write(
        link.out.get() + link.out_tail,
        {.card = &cards_[slot.card],
         .amount = slot.amount,
         .stan = stan,
         .rrn_number = slot.rrn_number,
         .terminal = link.terminal,
         .original = {info(reference.kind).mti.value, reference.stan, reference.time.de7()}});
    link.out_tail += message.frame_bytes();
    ++result_.sent_all;
    result_.sent += static_cast<std::uint64_t>(measured);
    return true;
}

void Generator::mark_dirty(Link& link)
{
    if (link.dirty) return;
    link.dirty = true;
    dirty_.push_back(static_cast<std::uint32_t>(&link - links_.data()));
}

void Generator::flush_dirty() noexcept
{
    for (auto const index : dirty_) {
        links_[index].dirty = false;
        flush(links_[index]);
    }
    dirty_.clear();
}

void Generator::stamp(Link& link, std::uint64_t now) noexcept
{
    auto const open_model = options_.rate.has_value();
    for (; link.unstamped != link.in_flight.next(); ++link.unstamped) {
        auto& slot = link.in_flight.at(link.unstamped);
        slot.sent_ns = now;
        if (!open_model) slot.intended_ns = now;  // meant to leave when there was room
        if (open_model && slot.measured)
            result_.lag.record(now > slot.intended_ns ? now - slot.intended_ns : 0);
    }
}

void Generator::flush(Link& link) noexcept
{
    if (link.fd < 0) return;
    stamp(link, monotonic_ns());
    while (link.out_head != link.out_tail) {
        auto const n = ::send(link.fd, link.out.get() + link.out_head,
                              link.out_tail - link.out_head, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0) {
            link.out_head += static_cast<std::size_t>(n);
            continue;
        }
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) break;
        lose(link);
        return;
    }
    if (link.out_head == link.out_tail) {
        link.out_head = link.out_tail = 0;
    } else if (link.out_head > link.out_bytes / 2) {
        std::memmove(link.out.get(), link.out.get() + link.out_head, link.out_tail - link.out_head);
        link.out_tail -= link.out_head;
        link.out_head = 0;
    }
    if (auto const pending = link.out_tail != 0; pending != link.wants_writable)
        set_interest(link, pending);
}

void Generator::receive(Link& link) noexcept
{
    auto const n =
        ::recv(link.fd, link.in.get() + link.in_used, link.in_bytes - link.in_used, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {
        lose(link);
        return;
    }
    link.in_used += static_cast<std::size_t>(n);
    auto const consumed = parse(link, monotonic_ns());
    if (link.fd < 0) return;  // the stream was out of step
    link.in_used -= consumed;
    if (link.in_used != 0) std::memmove(link.in.get(), link.in.get() + consumed, link.in_used);
}

std::size_t Generator::parse(Link& link, std::uint64_t now) noexcept
{
    std::size_t at = 0;
    for (;;) {
        auto const rest = ByteView(link.in.get() + at, link.in_used - at);
        auto const frame = wire::peek_frame(options_.framing, rest, kAnswerBytesMax);
        switch (frame.status) {
            case wire::FrameStatus::need_more:
                return at;
            case wire::FrameStatus::keep_alive:
                break;
            case wire::FrameStatus::complete:
                on_answer(link, rest.subspan(frame.header_bytes, frame.body_bytes), now);
                break;
            case wire::FrameStatus::bad_header:
                ++result_.malformed;
                break;
            case wire::FrameStatus::bad_length:
            case wire::FrameStatus::too_long:
                ++result_.malformed;
                lose(link);
                return at;
        }
        at += frame.frame_bytes;
    }
}

void Generator::on_answer(Link& link, ByteView body, std::uint64_t now) noexcept
{
    Answer answer;
    if (!reader_.read(body, answer)) {
        ++result_.malformed;
        return;
    }
    if (answer.mti.expects_answer()) {
        ++result_.requests_in;
        return;
    }
    auto const ordinal = link.identity.ordinal(answer.terminal.data(), answer.stan);
    auto* const slot = ordinal == UINT64_MAX ? nullptr : link.in_flight.find(ordinal);
    if (slot == nullptr || answer.mti != info(slot->kind).mti.answer()) {
        ++result_.unmatched;
        return;
    }
    last_answer_ns_ = now;
    switch (slot->state) {
        case SlotState::waiting:
            link.in_flight.resolve(*slot, SlotState::answered);
            on_match(link, *slot, answer, now);
            break;
        case SlotState::timed_out:
            slot->state = SlotState::answered;
            result_.late += static_cast<std::uint64_t>(slot->measured);
            if (recorder_) recorder_->add(*slot, link.identity, &answer, true, wall_offset_ns_);
            break;
        case SlotState::answered:
        case SlotState::never_used:
            ++result_.duplicates;
            break;
    }
}

void Generator::on_match(Link& link, Slot& slot, Answer const& answer, std::uint64_t now) noexcept
{
    ++result_.answered_all;
    if (measuring_ && sending_) ++result_.answers_in_window;
    auto const code = std::string_view(answer.code.data(), answer.code.size());
    auto const approved = outcome_of(code) == Outcome::approved;
    result_.approved_all += static_cast<std::uint64_t>(approved);
    if (slot.measured) {
        ++result_.answered;
        result_.codes.add(answer.code);
        result_.raw.record(now - slot.sent_ns);
        result_.corrected.record(now - slot.intended_ns);
    }
    if (approved && has_follow_ups_) remember(link, slot);
    if (recorder_) recorder_->add(slot, link.identity, &answer, false, wall_offset_ns_);
    if (options_.verify) verify(link, slot);
}

void Generator::remember(Link& link, Slot const& slot) noexcept
{
    auto* ring = slot.kind == Kind::auth ? &link.holds : nullptr;
    if (slot.kind == Kind::purchase || slot.kind == Kind::withdrawal) ring = &link.posted;
    if (ring == nullptr) return;
    ring->push({slot.kind,
                slot.card,
                slot.amount,
                Identity::stan(slot.ordinal),
                Identity::rotation(slot.ordinal),
                slot.rrn_number,
                {slot.mmdd, slot.hhmmss}});
}

// With --verify every answer is decoded in full, so the reader's view is that of this answer.
void Generator::verify(Link const& link, Slot const& slot) noexcept
{
    auto const& view = reader_.view();
    std::array<char, 20> text{};
    auto good = true;
    if (view.has(2)) {
        auto const length = view.text(2, text);
        auto const& digits = cards_[slot.card].digits;
        good = length.has_value() && std::string_view(text.data(), *length) ==
                                         std::string_view(digits.data(), digits.size());
    }
    if (view.has(4) && slot.kind != Kind::balance) {
        auto const amount = view.number(4);
        good = good && amount.has_value() && *amount == slot.amount;
    }
    if (view.has(37)) {
        auto const rrn = as_text(view.value(37));
        auto const& tag = link.identity.rrn_tag();
        std::array<char, 6> number{};
        for (auto [i, rest] = std::pair{6U, slot.rrn_number}; i-- > 0; rest /= 10)
            number[i] = static_cast<char>('0' + rest % 10);
        good = good && rrn.substr(0, 6) == std::string_view(tag.data(), tag.size()) &&
               rrn.substr(6) == std::string_view(number.data(), number.size());
    }
    result_.mismatched += static_cast<std::uint64_t>(!good);
}

void Generator::give_up(Link& link, Slot& slot, std::uint64_t& counter) noexcept
{
    link.in_flight.resolve(slot, SlotState::timed_out);
    counter += static_cast<std::uint64_t>(slot.measured);
    if (recorder_) recorder_->add(slot, link.identity, nullptr, false, wall_offset_ns_);
}

void Generator::sweep(std::uint64_t now) noexcept
{
    for (auto& link : links_) {
        // Sent in order, so given up in order.
        for (auto* slot = link.in_flight.oldest();
             slot != nullptr && slot->ordinal < link.unstamped &&
             now > slot->sent_ns + options_.timeout_ns;
             slot = link.in_flight.oldest())
            give_up(link, *slot, result_.timeouts);
    }
}

}  // namespace turnout::loadgen
