#include "tools/loadgen/recorder.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace turnout::loadgen {

std::unique_ptr<Recorder> Recorder::create(std::string const& path, std::string& error)
{
    auto const fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        error = "cannot write '" + path + "': " + std::strerror(errno);
        return nullptr;
    }
    return std::unique_ptr<Recorder>(new Recorder(fd));
}

Recorder::~Recorder()
{
    (void)flush();
    ::close(fd_);
}

bool Recorder::flush() noexcept
{
    std::size_t done = 0;
    while (done < used_ && !failed_) {
        auto const n = ::write(fd_, buffer_.get() + done, used_ - done);
        if (n > 0)
            done += static_cast<std::size_t>(n);
        else if (errno != EINTR)
            failed_ = true;
    }
    used_ = 0;
    return !failed_;
}

namespace {

// A character of DE 38 or 39 inside a JSON string; what would break it becomes '?'.
char printable(char c) noexcept
{
    return c >= ' ' && c <= '~' && c != '"' && c != '\\' ? c : '?';
}

template <std::size_t N>
std::array<char, N + 3> quoted(std::array<char, N> const& value) noexcept
{
    std::array<char, N + 3> out{};
    out[0] = '"';
    for (std::size_t i = 0; i < N; ++i)
        out[i + 1] = printable(value[i]);
    out[N + 1] = '"';
    return out;
}

}  // namespace

void Recorder::add(Slot const& slot, Identity const& identity, Answer const* answer, bool late,
                   std::uint64_t wall_offset_ns) noexcept
{
    if (kBufferBytes - used_ < kLineBytesMax) (void)flush();
    auto const terminal = identity.terminal(Identity::rotation(slot.ordinal));
    auto const code = answer != nullptr ? quoted(answer->code) : std::array<char, 5>{"null"};
    auto const has_approval = answer != nullptr && answer->approval[0] != 0;
    auto const approval = has_approval ? quoted(answer->approval) : std::array<char, 9>{"null"};
    auto const& tag = identity.rrn_tag();
    auto const length = std::snprintf(
        buffer_.get() + used_, kLineBytesMax,
        "{\"t_ns\":%llu,\"mti\":\"%04u\",\"stan\":\"%06u\",\"de7\":\"%04u%06u\","
        "\"terminal\":\"%.8s\",\"rrn\":\"%.6s%06u\",\"amount\":%llu,\"rc\":%s,\"approval\":%s%s}\n",
        static_cast<unsigned long long>(slot.sent_ns + wall_offset_ns), info(slot.kind).mti.value,
        Identity::stan(slot.ordinal), slot.mmdd, slot.hhmmss, terminal.data(), tag.data(),
        slot.rrn_number, static_cast<unsigned long long>(slot.amount), code.data(), approval.data(),
        late ? ",\"late\":true" : "");
    if (length > 0) used_ += static_cast<std::size_t>(length);
}

}  // namespace turnout::loadgen
