// The engine's rules once more, as naively as possible and without any of its code: maps, 128-bit
// sums, linear searches, everything remembered. Written from the text of the rules; where it and
// the engine differ, one of them is wrong.
#pragma once
#include "switch/engine/command.hpp"
#include "switch/engine/engine.hpp"
#include "switch/engine/master_data.hpp"

#include <array>
#include <list>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace turnout::engine::test {

__extension__ using Int128 = __int128;

class ReferenceModel {
public:
    struct Answer {
        std::string rc;           // "drop" when nothing is said
        std::size_t records = 0;  // how many it journaled
        bool has_balance = false;
        Int128 ledger = 0, available = 0;
        bool has_approval = false;
    };

    ReferenceModel(EngineConfig const& config, MasterData const& data, UnixNanos last_ts);

    Answer decide(Command const& command, UnixNanos wall_ns);
    // Returns how many holds it expired.
    std::size_t tick(UnixNanos wall_ns);

    // Records that are not the model's business: genesis, checkpoints.
    void start_at(std::size_t records) { records_ = records; }
    void note_record(UnixNanos ts)
    {
        ++records_;
        last_ts_ = ts;
    }

    [[nodiscard]] Int128 posted(std::string const& account) const;
    [[nodiscard]] Int128 available(std::string const& account) const;

private:
    using Pan = std::array<std::uint8_t, 10>;
    using Key = std::tuple<std::uint64_t, std::string, unsigned, std::uint32_t, std::uint64_t>;
    using Reference = std::tuple<std::uint64_t, std::string, std::string>;
    using Content = std::tuple<Pan, std::int64_t, std::uint16_t, std::uint32_t>;

    struct Account {
        std::uint16_t currency = 0;
        bool is_customer = false, is_frozen = false, is_closed = false;
        Int128 limit = 0;
        unsigned percent = 0;
        std::uint64_t hold_ns = 0;
        Int128 debits = 0, credits = 0, pending_debits = 0, pending_credits = 0;
    };
    struct Card {
        std::string account;
        std::uint16_t expiry = 0;
        std::uint8_t status = 0;
    };
    struct Row {
        std::size_t number = 0;  // of its record
        UnixNanos ts = 0;
        std::string what;  // post, hold, capture, reversal, decline, tombstone
        bool has_key = true;
        Key key;
        bool has_reference = false;
        Reference reference;
        Content content;
        std::string rc;
        bool has_approval = false;
        Pan pan{};
        std::int64_t amount = 0;
        Int128 reversed = 0;
        std::uint16_t currency = 0, mti = 0;
        std::uint32_t stan = 0;
        std::string payer, payee;
        std::string approval;  // of a hold
        bool is_captured = false, is_used = false;
    };
    struct Hold {
        std::size_t number = 0;
        Key key;
        bool has_reference = false;
        Reference reference;
        Pan pan{};
        std::string approval;
        std::uint16_t currency = 0;
        Int128 amount = 0, rest = 0;
        UnixNanos expires = 0;
        std::string payer, payee;
        std::uint32_t participant = 0;
    };
    struct Now {
        Command const& command;
        UnixNanos wall;
        UnixNanos ts;
        Answer answer;
    };

    static Key own_key(Command const& command);
    static Key original_key(Command const& command);
    static Pan pan_of(Command const& command);
    static Reference reference_of(Command const& command);
    [[nodiscard]] bool is_remembered(Row const& row, UnixNanos ts) const;
    // Whether a table of `capacity` with `used` places taken, `own` of them by who asks, has room
    // for `wanted` more of this message.
    [[nodiscard]] bool has_room(Command const& command, std::size_t capacity, std::size_t used,
                                std::size_t own, std::size_t wanted) const;
    [[nodiscard]] bool has_rows(Now const& now, std::size_t wanted) const;
    [[nodiscard]] bool has_hold(Now const& now) const;
    void refuse_full(Now& now);
    Row* find(Key const& key, UnixNanos ts);
    std::vector<Row*> newest_first(Command const& command, UnixNanos ts);

    void network(Now& now);
    bool check_times(Now& now, std::uint64_t window);
    bool may_ask(Now const& now, std::string const& operation);
    bool admit(Now& now, std::string const& operation);
    std::string operation(Command const& command) const;
    std::string card_code(Now const& now, std::string const& operation, std::string& account) const;
    std::string forced_account(Now const& now) const;
    void request(Now& now, std::string const& operation);
    void transfer(Now& now, std::string const& what, std::string const& payer,
                  std::string const& payee);
    void complete(Now& now);
    bool is_completed_already(Now const& now);
    void capture(Now& now, std::list<Hold>::iterator hold);
    void reverse(Now& now);
    void reverse_row(Now& now, Row& row);
    void void_hold(Now& now, std::list<Hold>::iterator hold);
    void bury(Now& now);
    void inquire(Now& now);

    bool move(std::string const& payer, std::string const& payee, Int128 amount);
    bool pend(std::string const& payer, std::string const& payee, Int128 amount);
    bool fits(std::string const& payer, std::string const& payee, Int128 amount,
              bool pending) const;
    void expire(std::list<Hold>::iterator hold, UnixNanos ts);
    Row& remember(Now& now, std::string const& what, std::string const& rc, bool approval);
    void decline(Now& now, std::string const& rc);
    void acknowledge(Now& now);
    std::string position(Now const& now) const;

    EngineConfig config_;
    std::uint64_t generation_ns_;
    UnixNanos last_ts_;
    std::size_t records_ = 0;
    std::map<std::string, Account> accounts_;
    std::map<Pan, Card> cards_;
    std::map<std::uint32_t, std::set<std::uint16_t>> participants_;
    std::set<std::uint32_t> signed_on_;
    std::map<std::uint32_t, std::pair<UnixNanos, unsigned>> link_changes_;  // since, how many
    std::list<Row> rows_;
    std::map<Key, std::vector<Row*>> by_key_;
    std::map<Reference, std::vector<Row*>> by_reference_;
    std::map<std::uint64_t, std::map<std::uint32_t, std::size_t>> rows_of_generation_;
    std::list<Hold> holds_;
};

}  // namespace turnout::engine::test
