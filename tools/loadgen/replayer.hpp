// Sends recorded requests to a switch and compares its answers with the recorded ones. Paced by the
// recorded times (times a multiplier), by a rate, or as fast as a window per connection allows. One
// thread, blocking for the whole replay.
#pragma once
#include "tools/loadgen/histogram.hpp"
#include "tools/loadgen/load.hpp"
#include "tools/loadgen/replay_source.hpp"
#include "tools/loadgen/restamp.hpp"

namespace turnout::loadgen {

struct ReplayOptions {
    Endpoint target;
    iso8583::Dialect const* dialect = nullptr;
    wire::Framing framing = wire::Framing::binary2;
    std::optional<Rate> rate;
    double multiplier = 1.0;  // of the recorded speed, without rate and topspeed
    bool topspeed = false;
    std::uint32_t window = 64;  // most outstanding per connection at top speed
    std::uint64_t loops = 1;
    unsigned connections = 0;  // 0: one per recorded stream, at most kReplayConnectionsMax
    std::uint64_t timeout_ns = 5'000'000'000;
    RestampChoice restamp;
    std::vector<unsigned> compare;  // data elements
    bool sign_on = false;
    std::uint64_t entropy = 0;
};
inline constexpr unsigned kReplayConnectionsMax = 64;
inline constexpr std::size_t kDifferencesKept = 20;

struct Difference {
    std::uint64_t message = 0;  // position in the file, from 1
    unsigned de = 0;
    std::string expected, got;  // secret elements are masked; "(absent)" when not there
};

struct ReplayResult {
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    std::uint64_t timeouts = 0;
    std::uint64_t unmatched = 0;
    std::uint64_t unbuildable = 0;  // could not be re-stamped
    std::uint64_t unsent = 0;       // its connection was lost before
    std::uint64_t compared = 0;     // answers with a recorded one beside them
    std::uint64_t same = 0;
    std::map<unsigned, std::uint64_t> different;  // by data element
    std::vector<Difference> examples;
    CodeCounts codes;
    Histogram latency;  // answer - intended send time
    std::uint64_t elapsed_ns = 0;
};

// Status as for a load run. `result` is filled as far as the replay came.
[[nodiscard]] LoadStatus run_replay(ReplaySource const& source, ReplayOptions const& options,
                                    std::atomic<int> const* stop, ReplayResult& result,
                                    std::string& error);

}  // namespace turnout::loadgen
