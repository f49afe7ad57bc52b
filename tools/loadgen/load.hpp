// What a load run is told and what it found: plain data between the generator, the reports and the
// command line.
#pragma once
#include "protocol/iso8583/dialect.hpp"
#include "protocol/iso8583/test_cards.hpp"
#include "protocol/wire/framing.hpp"
#include "tools/loadgen/histogram.hpp"
#include "tools/loadgen/mix.hpp"
#include "tools/loadgen/units.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace turnout::loadgen {

struct LoadOptions {
    Endpoint target;
    std::optional<Rate> rate;  // open model; without it: saturating, window must be set
    std::uint32_t window = 0;  // most outstanding per connection; 0 = only bounded by time-outs
    unsigned connections = 64;
    std::uint64_t duration_ns = 10'000'000'000;  // measured part
    std::uint64_t warmup_ns = kNanosPerSecond;   // sent before it, not in the figures
    std::uint64_t count = 0;  // stop after so many measured messages; 0 = by duration alone
    std::uint64_t timeout_ns = 5'000'000'000;
    iso8583::Dialect const* dialect = nullptr;
    wire::Framing framing = wire::Framing::binary2;
    std::uint64_t seed = iso8583::kDemoSeed;
    std::string bin = std::string(iso8583::kDemoBin);
    std::uint64_t cards = iso8583::kDemoCards;
    std::uint64_t acquirer = 0;  // DE 32; 0 = left out
    Mix mix;
    std::uint64_t amount_min = 100;  // minor units
    std::uint64_t amount_max = 20'000;
    std::uint16_t currency = iso8583::kDemoCurrency;
    bool sign_on = true;
    bool spin = false;
    bool verify = false;
    bool reconnect = false;
    std::string record_path;
    std::uint64_t entropy = 0;  // separates the terminals and RRNs of runs
};

// Answers by DE 39.
class CodeCounts {
public:
    CodeCounts() : counts_(128 * 128) {}
    void add(std::array<char, 2> code) noexcept { ++counts_[index_of(code)]; }
    [[nodiscard]] std::uint64_t count(std::string_view code) const noexcept
    {
        return code.size() == 2 ? counts_[index_of({code[0], code[1]})] : 0;
    }
    [[nodiscard]] std::map<std::string, std::uint64_t> all() const;  // without zeros

private:
    [[nodiscard]] static std::size_t index_of(std::array<char, 2> code) noexcept
    {
        auto const high = static_cast<unsigned char>(code[0]) & 127U;
        return high * 128U + (static_cast<unsigned char>(code[1]) & 127U);
    }
    std::vector<std::uint64_t> counts_;
};

// Approved: 00, 08, 10, 11, 16, 85. Technical declines (TD): the network or the message failed, not
// the customer; all others are business declines (BD).
enum class Outcome : std::uint8_t { approved, business, technical };
[[nodiscard]] Outcome outcome_of(std::string_view code) noexcept;

struct LoadResult {
    // Of messages sent after the warm-up.
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    std::uint64_t timeouts = 0;  // no answer within the time-out
    std::uint64_t lost = 0;      // no answer: connection broken, or the run interrupted
    std::uint64_t dropped = 0;   // due, but could not be queued
    std::uint64_t late = 0;      // answered after they had been counted as timed out
    CodeCounts codes;
    Histogram corrected;  // answer - intended send time
    Histogram raw;        // answer - actual send time
    Histogram lag;        // actual - intended send time
    // Of the whole run.
    std::uint64_t sent_all = 0;
    std::uint64_t answered_all = 0;
    std::uint64_t approved_all = 0;
    std::uint64_t unmatched = 0;    // answers to nothing that we sent
    std::uint64_t duplicates = 0;   // second answers
    std::uint64_t malformed = 0;    // refused by the dialect
    std::uint64_t mismatched = 0;   // --verify: an echoed field differs from the request
    std::uint64_t requests_in = 0;  // requests of the peer; not answered
    std::uint64_t connections_lost = 0;
    std::uint64_t reconnects = 0;

    std::uint64_t answers_in_window = 0;  // arrived while measuring, whenever sent
    std::uint64_t measured_ns = 0;
    std::uint64_t cpu_ns = 0;  // of this process while measuring, user + system
    bool interrupted = false;
    bool record_failed = false;

    [[nodiscard]] std::uint64_t approved() const noexcept;
    [[nodiscard]] std::uint64_t technical() const noexcept;  // declines; without time-outs
    [[nodiscard]] std::uint64_t business() const noexcept;
    [[nodiscard]] double throughput_per_s() const noexcept;
};

struct Progress {
    std::uint64_t elapsed_ns = 0;  // since the first message, warm-up included
    std::uint64_t total_ns = 0;
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    std::uint64_t p99_ns = 0;  // corrected, so far
};
struct Hooks {
    std::function<void(Progress const&)> progress;  // may be empty; called between batches
    std::uint64_t progress_interval_ns = 10'000'000'000;
    std::atomic<int> const* stop = nullptr;  // non-zero: stop sending, report what there is
};

enum class LoadStatus : std::uint8_t {
    finished = 0,
    interrupted,
    cannot_connect,  // nothing was sent
    refused,         // sign-on was answered, but not with 00
    lost_all,        // every connection broke before the end
    cannot_record,
};

// Blocks for the whole run. Single-threaded. `error` says what a status other than finished means;
// `result` is filled as far as the run came.
[[nodiscard]] LoadStatus run_load(LoadOptions const& options, Hooks const& hooks,
                                  LoadResult& result, std::string& error);

// Valid: the figures may be quoted. Otherwise the reason.
struct Validity {
    bool valid = true;
    std::string reason;
};
[[nodiscard]] Validity validity_of(LoadOptions const& options, LoadResult const& result);

}  // namespace turnout::loadgen
