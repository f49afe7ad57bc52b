// Makes a recorded request new: its own STAN (DE 11), time (DE 7, 12, 13) and RRN (DE 37), so that
// the switch does not take it for a duplicate. What belongs together stays together within one
// pass: a repeat (xx1) gets its original's new values, a reversal's DE 90 and a completion's DE 37
// follow.
#pragma once
#include "protocol/core/bytes.hpp"
#include "protocol/iso8583/message_view.hpp"
#include "tools/loadgen/message_template.hpp"

#include <map>
#include <string>
#include <vector>

namespace turnout::loadgen {

struct RestampChoice {
    bool stan = false;
    bool rrn = false;
    bool time = false;
    [[nodiscard]] bool any() const noexcept { return stan || rrn || time; }
};
// "stan,rrn,time" in any order and number; nullopt for another word.
[[nodiscard]] std::optional<RestampChoice> parse_restamp(std::string_view text);

class Restamper {
public:
    Restamper(iso8583::Dialect const& dialect, RestampChoice choice, std::uint64_t entropy);

    // Forgets what belonged together: call before each pass over the file.
    void new_pass();
    // The new body, or the builder's error.
    [[nodiscard]] Result<std::vector<std::byte>, iso8583::DecodeError> apply(ByteView body,
                                                                             MessageTime now);

private:
    struct Stamped {
        std::uint32_t stan;
        std::uint64_t de7;
    };
    [[nodiscard]] std::string identity(std::uint64_t stan, std::uint64_t de7) const;
    [[nodiscard]] Stamped stamp_for(MessageTime now);
    [[nodiscard]] std::string rrn_for();
    [[nodiscard]] std::string original_for();

    iso8583::Dialect const& dialect_;
    RestampChoice choice_;
    std::array<char, 6> tag_{};
    std::uint32_t next_stan_;  // starts anywhere: two runs in one second must not collide
    std::uint32_t next_rrn_ = 0;
    std::map<std::string, Stamped> stamped_;
    std::map<std::string, std::string> rrns_;
    iso8583::MessageView view_;
};

}  // namespace turnout::loadgen
