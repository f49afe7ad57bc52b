#include "switch/base/log.hpp"

#include <atomic>
#include <cstdio>
#include <memory>
#include <mutex>

#include <spdlog/async.h>
#include <spdlog/details/file_helper.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace turnout::log {

static constexpr std::size_t kQueueLines = 8192;
static constexpr std::size_t kWriterThreads = 1;

namespace {

// A file that can be opened anew while other threads write.
class FileSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit FileSink(std::string const& path) { file_.open(path); }
    // Throws spdlog_ex.
    void reopen()
    {
        std::lock_guard const lock(mutex_);
        file_.reopen(false);
    }

protected:
    void sink_it_(spdlog::details::log_msg const& message) override
    {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        file_.write(line);
    }
    void flush_() override { file_.flush(); }

private:
    spdlog::details::file_helper file_;
};

struct Output {
    std::shared_ptr<spdlog::details::thread_pool> pool;
    spdlog::sink_ptr sink;
    std::shared_ptr<FileSink> file;  // the same; nullptr: standard error
    std::shared_ptr<spdlog::async_logger> logger;
    LogFormat format = LogFormat::text;
};

// Set by open() before other threads start, cleared by close() after they have ended.
std::unique_ptr<Output>& output()
{
    static std::unique_ptr<Output> instance;
    return instance;
}

std::atomic<LogLevel> least_level{LogLevel::info};

spdlog::level::level_enum level_of(LogLevel level) noexcept
{
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warn:
            return spdlog::level::warn;
        case LogLevel::error:
            break;
    }
    return spdlog::level::err;
}

}  // namespace

void open(LogConfig const& config)
{
    auto opened = std::make_unique<Output>();
    opened->format = config.format;
    opened->pool = std::make_shared<spdlog::details::thread_pool>(kQueueLines, kWriterThreads);
    if (config.file.empty())
        opened->sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    else
        opened->sink = opened->file = std::make_shared<FileSink>(config.file);
    opened->logger = std::make_shared<spdlog::async_logger>(
        "turnout", opened->sink, opened->pool, spdlog::async_overflow_policy::overrun_oldest);
    opened->logger->set_level(level_of(config.level));
    opened->logger->flush_on(spdlog::level::info);
    opened->logger->set_pattern(
        config.format == LogFormat::json
            ? R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l","message":"%v"})"
            : "%Y-%m-%dT%H:%M:%S.%fZ %l %v",
        spdlog::pattern_time_type::utc);
    least_level.store(config.level, std::memory_order_relaxed);
    output() = std::move(opened);
}

void close()
{
    if (!output()) return;
    // Held until the writer has ended: or the writer would be the one that frees it, in a library
    // that the thread sanitizer does not see into.
    auto const logger = std::move(output()->logger);
    logger->flush();
    output().reset();  // the pool's destructor writes what is queued and joins
}

bool reopen()
{
    if (!goes_to_file()) return true;
    try {
        output()->file->reopen();
        return true;
    } catch (spdlog::spdlog_ex const&) {
        return false;
    }
}

bool goes_to_file() noexcept
{
    return output() != nullptr && output()->file != nullptr;
}

void write_now(LogLevel level, std::string_view line)
{
    auto const& out = output();
    if (!out || out->file)
        std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
    if (!out) return;
    auto const text = escaped(line);
    out->sink->log(spdlog::details::log_msg("turnout", level_of(level), text));
    out->sink->flush();
}

bool enabled(LogLevel level) noexcept
{
    return level >= least_level.load(std::memory_order_relaxed);
}

std::string escaped(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (char const c : text) {
        auto const code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (code < 0x20 || code == 0x7F) {
            out += fmt::format("\\u{:04x}", code);
        } else {
            out += c;
        }
    }
    return out;
}

void write(LogLevel level, std::string_view line)
{
    if (auto const& out = output()) {
        if (out->format == LogFormat::json || line.find('\n') != std::string_view::npos)
            out->logger->log(level_of(level), escaped(line));
        else
            out->logger->log(level_of(level), line);
        return;
    }
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
}

}  // namespace turnout::log
