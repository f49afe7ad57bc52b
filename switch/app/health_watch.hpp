// What the operator must hear although nobody asked: no room on the disk, payments refused, no
// descriptors. Looks at figures that the running switch keeps anyway and says in lines for the log
// what began, what goes on and what is over; a few lines a minute at most. Main thread only.
#pragma once
#include "switch/base/config.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace turnout::app {

// Counts are since the start.
struct Health {
    bool segment_shortage = false;
    std::uint64_t free_bytes = 0;  // of the data directory's file system
    std::uint64_t refused = 0;     // answered 91, or not at all, for want of room in the journal
    std::uint64_t accept_errors = 0;
    std::uint64_t table_full = 0;  // answered 96
};

class HealthWatch {
public:
    struct Line {
        LogLevel level;
        std::string text;
    };

    // `directory` and `segment_bytes` are for the texts; `files_max` is the descriptor limit.
    HealthWatch(std::string directory, std::uint64_t segment_bytes, std::uint64_t files_max);

    // Call about once a second; what there is to say now, mostly nothing.
    [[nodiscard]] std::vector<Line> look(Health const& now, std::uint64_t now_ns);

private:
    void look_at_room(Health const& now, std::uint64_t now_ns, std::vector<Line>& lines);

    std::string directory_;
    std::uint64_t segment_bytes_, files_max_;
    bool short_ = false;
    std::uint64_t short_said_ns_ = 0, refused_before_ = 0;
    // A counter as it was told of last.
    struct Told {
        std::uint64_t count = 0, at_ns = 0;
        // What came since then, when there is some and it is time to tell; it counts as told.
        [[nodiscard]] std::uint64_t due(std::uint64_t now, std::uint64_t now_ns) noexcept;
    };
    Told refused_, accept_errors_, table_full_;
};

}  // namespace turnout::app
