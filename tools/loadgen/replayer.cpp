#include "tools/loadgen/replayer.hpp"

#include "tools/loadgen/schedule.hpp"
#include "tools/loadgen/socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace turnout::loadgen {
namespace {

constexpr std::uint64_t kPollMax = 10'000'000;

struct Pending {
    std::size_t message;
    std::uint64_t intended_ns;
    std::uint64_t sent_ns;
};

struct Connection {
    int fd = -1;
    std::vector<std::byte> in, out;
    std::map<std::string, std::deque<Pending>> waiting;  // by answer MTI, DE 11, DE 41
    std::size_t outstanding = 0;
};

class Replayer {
public:
    Replayer(ReplaySource const& source, ReplayOptions const& options, std::atomic<int> const* stop,
             ReplayResult& result)
        : source_(source),
          options_(options),
          stop_(stop),
          result_(result),
          restamper_(*options.dialect, options.restamp, options.entropy)
    {
    }
    ~Replayer()
    {
        for (auto const& connection : connections_)
            if (connection.fd >= 0) ::close(connection.fd);
    }
    Replayer(Replayer const&) = delete;
    Replayer& operator=(Replayer const&) = delete;

    LoadStatus run(std::string& error);

private:
    [[nodiscard]] LoadStatus connect_all(std::string& error);
    [[nodiscard]] std::string sign_on(Connection& connection);
    [[nodiscard]] std::uint64_t intended_ns(std::uint64_t index) const noexcept;
    void queue_due(std::uint64_t now);
    void queue(Connection& connection, std::size_t message, std::uint64_t intended,
               std::uint64_t now);
    void flush(Connection& connection);
    void wait(std::uint64_t now);
    void receive(Connection& connection);
    void on_answer(Connection& connection, ByteView body, std::uint64_t now);
    void compare(ReplayMessage const& message, std::size_t number);
    [[nodiscard]] std::string shown(iso8583::MessageView const& view, unsigned de) const;
    void sweep(std::uint64_t now);
    [[nodiscard]] std::string key(iso8583::Mti mti) const;

    ReplaySource const& source_;
    ReplayOptions const& options_;
    std::atomic<int> const* stop_;
    ReplayResult& result_;
    Restamper restamper_;
    std::vector<Connection> connections_;
    std::vector<pollfd> polls_;
    iso8583::MessageView view_, expected_;
    std::uint64_t start_ns_ = 0, index_ = 0, total_ = 0, outstanding_ = 0, next_sweep_ns_ = 0;
    std::size_t open_ = 0;
    MessageTime time_{};
};

std::string Replayer::key(iso8583::Mti mti) const
{
    auto text = std::to_string(mti.value) + "/";
    text += as_text(view_.value(11));
    text += "/";
    return text += as_text(view_.value(41));
}

std::uint64_t Replayer::intended_ns(std::uint64_t index) const noexcept
{
    if (options_.rate) return Schedule(*options_.rate, start_ns_).intended_ns(index);
    auto const count = source_.messages.size();
    // Passes follow each other without a gap beyond the recorded length.
    auto const passes = index / count;
    auto const pass_ns = source_.messages.back().at_ns;
    auto const recorded_ns = passes * pass_ns + source_.messages[index % count].at_ns;
    return start_ns_ +
           static_cast<std::uint64_t>(static_cast<double>(recorded_ns) / options_.multiplier);
}

std::string Replayer::sign_on(Connection& connection)
{
    TemplateConfig config;
    config.dialect = options_.dialect;
    config.framing = options_.framing;
    Terminal const terminal{'R', 'E', 'P', 'L', 'A', 'Y', '0', '0'};
    auto const message =
        network_message(config, 1, 999'999, message_time(wall_ns() / kNanosPerSecond), terminal);
    if (message.empty() || !send_all(connection.fd, message, options_.timeout_ns)) return {};
    auto const deadline = monotonic_ns() + options_.timeout_ns;
    std::vector<std::byte> in;
    for (;;) {
        auto const frame = wire::peek_frame(options_.framing, in, iso8583::kMessageBytesMax);
        if (frame.status == wire::FrameStatus::complete) break;
        auto const now = monotonic_ns();
        if (frame.status == wire::FrameStatus::keep_alive) {
            in.erase(in.begin(), in.begin() + frame.frame_bytes);
            continue;
        }
        if (frame.status != wire::FrameStatus::need_more || now >= deadline ||
            read_some(connection.fd, in, deadline - now) <= 0)
            return {};
    }
    auto const frame = wire::peek_frame(options_.framing, in, iso8583::kMessageBytesMax);
    auto const body = ByteView(in).subspan(frame.header_bytes, frame.body_bytes);
    if (!view_.decode(*options_.dialect, body).ok() || !view_.has(39)) return {};
    return std::string(as_text(view_.value(39)));
}

LoadStatus Replayer::connect_all(std::string& error)
{
    auto const wanted = options_.connections != 0
                            ? options_.connections
                            : std::clamp(source_.streams, 1U, kReplayConnectionsMax);
    connections_.resize(wanted);
    polls_.resize(wanted);
    for (auto& connection : connections_) {
        connection.fd = connect_tcp(options_.target, options_.timeout_ns, error);
        if (connection.fd < 0) return LoadStatus::cannot_connect;
        ++open_;
    }
    if (!options_.sign_on) return LoadStatus::finished;
    auto const code = sign_on(connections_.front());
    if (code == "00") return LoadStatus::finished;
    error = code.empty() ? "no answer to the sign-on" : "sign-on refused with " + code;
    return code.empty() ? LoadStatus::cannot_connect : LoadStatus::refused;
}

LoadStatus Replayer::run(std::string& error)
{
    if (auto const status = connect_all(error); status != LoadStatus::finished) return status;
    total_ = source_.messages.size() * options_.loops;
    start_ns_ = monotonic_ns();
    auto stopped = false;
    std::uint64_t give_up_at = UINT64_MAX;
    for (;;) {
        auto const now = monotonic_ns();
        stopped = stopped || (stop_ != nullptr && stop_->load() != 0);
        if (!stopped && open_ != 0) queue_due(now);
        for (auto& connection : connections_)
            flush(connection);
        auto const done = stopped || open_ == 0 || index_ >= total_;
        if (done && outstanding_ == 0) break;
        if (done && give_up_at == UINT64_MAX)
            give_up_at = now + (stopped ? kNanosPerSecond / 2 : options_.timeout_ns);
        if (now >= give_up_at) break;
        wait(now);
        sweep(now);
    }
    result_.timeouts += outstanding_;
    result_.elapsed_ns = monotonic_ns() - start_ns_;
    if (stopped) return LoadStatus::interrupted;
    if (open_ != 0) return LoadStatus::finished;
    error = "every connection was closed by the peer";
    return LoadStatus::lost_all;
}

void Replayer::queue_due(std::uint64_t now)
{
    time_ = message_time(wall_ns() / kNanosPerSecond);
    for (; index_ < total_; ++index_) {
        auto const message = index_ % source_.messages.size();
        auto& connection = connections_[source_.messages[message].stream % connections_.size()];
        auto const intended = options_.topspeed ? now : intended_ns(index_);
        if (intended > now) return;
        if (options_.topspeed && connection.fd >= 0 && connection.outstanding >= options_.window)
            return;
        if (message == 0) restamper_.new_pass();
        queue(connection, message, intended, now);
    }
}

void Replayer::queue(Connection& connection, std::size_t message, std::uint64_t intended,
                     std::uint64_t now)
{
    if (connection.fd < 0) {
        ++result_.unsent;
        return;
    }
    auto body = source_.messages[message].request;
    if (options_.restamp.any()) {
        auto stamped = restamper_.apply(body, time_);
        if (!stamped.has_value()) {
            ++result_.unbuildable;
            return;
        }
        body = std::move(*stamped);
    }
    std::array<std::byte, wire::kFrameHeaderBytesMax> header{};
    auto const header_bytes = wire::write_frame_header(options_.framing, header, body.size());
    if (header_bytes == 0 || !view_.decode(*options_.dialect, body).ok()) {
        ++result_.unbuildable;
        return;
    }
    auto const& trailer = options_.framing.trailer;
    connection.out.insert(connection.out.end(), header.begin(),
                          header.begin() + static_cast<std::ptrdiff_t>(header_bytes));
    connection.out.insert(connection.out.end(), body.begin(), body.end());
    connection.out.insert(connection.out.end(), trailer.begin(),
                          trailer.begin() + options_.framing.trailer_bytes);
    connection.waiting[key(view_.mti().answer())].push_back({message, intended, now});
    ++connection.outstanding;
    ++outstanding_;
    ++result_.sent;
}

void Replayer::flush(Connection& connection)
{
    std::size_t done = 0;
    while (connection.fd >= 0 && done < connection.out.size()) {
        auto const n = ::send(connection.fd, connection.out.data() + done,
                              connection.out.size() - done, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;  // no room now; a broken connection shows when reading
        done += static_cast<std::size_t>(n);
    }
    connection.out.erase(connection.out.begin(),
                         connection.out.begin() + static_cast<std::ptrdiff_t>(done));
}

void Replayer::wait(std::uint64_t now)
{
    auto timeout = kPollMax;
    if (!options_.topspeed && index_ < total_) {
        auto const next = intended_ns(index_);
        timeout = std::min(timeout, next > now ? next - now : 0);
    }
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        auto const want = connections_[i].out.empty() ? POLLIN : POLLIN | POLLOUT;
        polls_[i] = {connections_[i].fd, static_cast<short>(want), 0};
    }
    timespec const time{0, static_cast<long>(timeout)};
    if (::ppoll(polls_.data(), polls_.size(), &time, nullptr) <= 0) return;
    for (std::size_t i = 0; i < connections_.size(); ++i)
        if ((polls_[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0) receive(connections_[i]);
}

void Replayer::receive(Connection& connection)
{
    std::array<std::byte, 65'536> chunk;
    auto const n = ::recv(connection.fd, chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    auto broken = n <= 0;
    if (n > 0) connection.in.insert(connection.in.end(), chunk.data(), chunk.data() + n);
    auto const now = monotonic_ns();
    std::size_t at = 0;
    while (!broken) {
        auto const rest = ByteView(connection.in).subspan(at);
        auto const frame = wire::peek_frame(options_.framing, rest, iso8583::kMessageBytesMax);
        if (frame.status == wire::FrameStatus::need_more) break;
        broken = frame.status == wire::FrameStatus::bad_length ||
                 frame.status == wire::FrameStatus::too_long;
        if (frame.status == wire::FrameStatus::complete)
            on_answer(connection, rest.subspan(frame.header_bytes, frame.body_bytes), now);
        if (frame.status == wire::FrameStatus::bad_header) ++result_.unmatched;
        if (!broken) at += frame.frame_bytes;
    }
    connection.in.erase(connection.in.begin(),
                        connection.in.begin() + static_cast<std::ptrdiff_t>(at));
    if (!broken) return;
    ::close(connection.fd);
    connection.fd = -1;
    --open_;
    outstanding_ -= connection.outstanding;
    result_.timeouts += connection.outstanding;
    connection.outstanding = 0;
    connection.waiting.clear();
}

void Replayer::on_answer(Connection& connection, ByteView body, std::uint64_t now)
{
    if (!view_.decode(*options_.dialect, body).ok()) {
        ++result_.unmatched;
        return;
    }
    auto const found = connection.waiting.find(key(view_.mti()));
    if (found == connection.waiting.end()) {
        ++result_.unmatched;
        return;
    }
    auto const pending = found->second.front();
    found->second.pop_front();
    if (found->second.empty()) connection.waiting.erase(found);
    --connection.outstanding;
    --outstanding_;
    ++result_.answered;
    result_.latency.record(now - pending.intended_ns);
    auto const code = as_text(view_.value(39));
    if (code.size() == 2) result_.codes.add({code[0], code[1]});
    compare(source_.messages[pending.message], pending.message + 1);
}

std::string Replayer::shown(iso8583::MessageView const& view, unsigned de) const
{
    if (!view.has(de)) return "(absent)";
    if (options_.dialect->fields[de].secret) return "***";
    std::array<char, 2'048> text{};
    auto const length = view.text(de, text);
    return length.has_value() ? std::string(text.data(), *length) : std::string("(too long)");
}

void Replayer::compare(ReplayMessage const& message, std::size_t number)
{
    if (options_.compare.empty() || message.expect.empty()) return;
    if (!expected_.decode(*options_.dialect, message.expect).ok()) return;
    ++result_.compared;
    auto same = true;
    for (auto const de : options_.compare) {
        auto const want = expected_.value(de);
        auto const got = view_.value(de);
        if (expected_.has(de) == view_.has(de) &&
            std::equal(want.begin(), want.end(), got.begin(), got.end()))
            continue;
        same = false;
        ++result_.different[de];
        if (result_.examples.size() < kDifferencesKept)
            result_.examples.push_back({number, de, shown(expected_, de), shown(view_, de)});
    }
    result_.same += static_cast<std::uint64_t>(same);
}

void Replayer::sweep(std::uint64_t now)
{
    if (now < next_sweep_ns_) return;
    next_sweep_ns_ = now + kPollMax;
    for (auto& connection : connections_) {
        for (auto at = connection.waiting.begin(); at != connection.waiting.end();) {
            auto& queue = at->second;
            while (!queue.empty() && now > queue.front().sent_ns + options_.timeout_ns) {
                queue.pop_front();
                --connection.outstanding;
                --outstanding_;
                ++result_.timeouts;
            }
            at = queue.empty() ? connection.waiting.erase(at) : std::next(at);
        }
    }
}

}  // namespace

LoadStatus run_replay(ReplaySource const& source, ReplayOptions const& options,
                      std::atomic<int> const* stop, ReplayResult& result, std::string& error)
{
    if (source.messages.empty()) {
        error = "there is no request to send";
        return LoadStatus::cannot_record;
    }
    Replayer replayer(source, options, stop, result);
    return replayer.run(error);
}

}  // namespace turnout::loadgen
