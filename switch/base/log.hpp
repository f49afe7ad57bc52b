// The log: one line per event, text or JSON, written by a thread of its own from a bounded queue
// (the oldest line is lost when it is full, so that a slow disk never stops a loop). Any thread may
// log, but never once per message. No PAN, track, PIN or key ever goes in here.
#pragma once
#include "switch/base/config.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace turnout::log {

// Opens the log of the process; throws std::runtime_error when the file cannot be opened. Before
// open() and after close() lines go to standard error as text.
void open(LogConfig const& config);
// Writes out what is queued and ends the thread.
void close();
// Opens the file anew, for after it has been moved away; false: it cannot be opened. True without
// a file as well: there is nothing to do.
bool reopen();
[[nodiscard]] bool goes_to_file() noexcept;
// Writes a line before it returns, past the queue: for the last one before the process ends. Also
// to standard error when the log is a file.
void write_now(LogLevel level, std::string_view line);

[[nodiscard]] bool enabled(LogLevel level) noexcept;
void write(LogLevel level, std::string_view line);
// The characters that JSON demands escaped, escaped; control characters never reach a log raw.
[[nodiscard]] std::string escaped(std::string_view text);

template <class... Args>
void info(fmt::format_string<Args...> text, Args&&... args)
{
    if (enabled(LogLevel::info))
        write(LogLevel::info, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void warn(fmt::format_string<Args...> text, Args&&... args)
{
    if (enabled(LogLevel::warn))
        write(LogLevel::warn, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> text, Args&&... args)
{
    if (enabled(LogLevel::error))
        write(LogLevel::error, fmt::format(text, std::forward<Args>(args)...));
}

// Lets a few lines per second pass and counts the rest, so that a peer cannot fill the disk. One
// owner, no lock.
class Gate {
public:
    explicit Gate(std::uint32_t lines_per_second) noexcept : per_second_(lines_per_second) {}
    [[nodiscard]] bool allow(std::uint64_t now_ms) noexcept
    {
        if (now_ms / 1000 != second_) {
            second_ = now_ms / 1000;
            used_ = 0;
        }
        if (used_ < per_second_) {
            ++used_;
            return true;
        }
        ++suppressed_;
        return false;
    }
    // Lines kept back since the last call.
    [[nodiscard]] std::uint64_t take_suppressed() noexcept
    {
        auto const count = suppressed_;
        suppressed_ = 0;
        return count;
    }

private:
    std::uint32_t per_second_;
    std::uint32_t used_ = 0;
    std::uint64_t second_ = ~std::uint64_t{0};
    std::uint64_t suppressed_ = 0;
};

}  // namespace turnout::log
