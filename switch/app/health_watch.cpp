#include "switch/app/health_watch.hpp"

#include "switch/base/clock.hpp"

#include <utility>

#include <fmt/format.h>

namespace turnout::app {

static constexpr std::uint64_t kShortageEveryNs = 60 * kNanosPerSecond;
static constexpr std::uint64_t kCountsEveryNs = 10 * kNanosPerSecond;

HealthWatch::HealthWatch(std::string directory, std::uint64_t segment_bytes,
                         std::uint64_t files_max)
    : directory_(std::move(directory)), segment_bytes_(segment_bytes), files_max_(files_max)
{
}

void HealthWatch::look_at_room(Health const& now, std::uint64_t now_ns, std::vector<Line>& lines)
{
    if (now.segment_shortage && (!short_ || now_ns - short_said_ns_ >= kShortageEveryNs)) {
        if (!short_) refused_before_ = now.refused;
        lines.push_back(
            {LogLevel::error,
             fmt::format("no room for the next journal segment: {} has {} MiB free, {} MiB are "
                         "needed; new payments get 91 ({} messages so far), reversals and advices "
                         "go on in what is left; free disk space, a restart is not needed",
                         directory_, now.free_bytes >> 20U, segment_bytes_ >> 20U,
                         now.refused - refused_before_)});
        short_said_ns_ = now_ns;
    } else if (!now.segment_shortage && short_) {
        lines.push_back({LogLevel::warn,
                         fmt::format("there is room for journal segments again, payments go on; "
                                     "{} messages were refused",
                                     now.refused - refused_before_)});
    }
    // Those refused in a shortage have been told of.
    if (now.segment_shortage || short_) refused_.count = now.refused;
    short_ = now.segment_shortage;
}

std::uint64_t HealthWatch::Told::due(std::uint64_t now, std::uint64_t now_ns) noexcept
{
    if (now == count || now_ns - at_ns < kCountsEveryNs) return 0;
    auto const since = now - count;
    count = now;
    at_ns = now_ns;
    return since;
}

std::vector<HealthWatch::Line> HealthWatch::look(Health const& now, std::uint64_t now_ns)
{
    std::vector<Line> lines;
    look_at_room(now, now_ns, lines);
    if (auto const count = refused_.due(now.refused, now_ns); count != 0)
        lines.push_back({LogLevel::warn,
                         fmt::format("{} messages got 91 or no answer: the journal is late; look "
                                     "at the disk under {}",
                                     count, directory_)});
    if (auto const count = accept_errors_.due(now.accept_errors, now_ns); count != 0)
        lines.push_back({LogLevel::warn,
                         fmt::format("connections could not be accepted ({} tries failed): {} open "
                                     "files are allowed; raise the hard limit (ulimit -Hn, "
                                     "LimitNOFILE)",
                                     count, files_max_)});
    if (auto const count = table_full_.due(now.table_full, now_ns); count != 0)
        lines.push_back({LogLevel::error,
                         fmt::format("{} messages got 96: a table of the engine is full; compare "
                                     "open holds and transactions a day with holds_max and "
                                     "transactions_max in [engine], raise them and restart",
                                     count)});
    return lines;
}

}  // namespace turnout::app
