// What a loop tells the engine (Command) and what it gets back (Effect): trivially copyable,
// bounded, no pointer, no secret beyond the PAN in BCD. Contract of the rings between them.
#pragma once
#include "switch/base/ids.hpp"

#include <cstdint>
#include <type_traits>

namespace turnout::engine {

enum class CommandKind : std::uint8_t {
    authorization = 1,  // 0100/0101 and 0120/0121
    financial,          // 0200/0201 and 0220/0221
    reversal,           // 0400/0401 and 0420/0421
    network,            // 0800/0801
};

// Which optional inputs are filled in.
enum Has : std::uint16_t {
    has_expiry = 1,
    has_de90 = 2,
    has_rrn = 4,
    has_terminal = 8,
    has_approval = 16,
    has_replacement = 32,
    has_amount = 64,
    has_pan = 128,
    has_response_code = 256,
    has_currency = 512,
    has_local_time = 1024,  // key_ts is the terminal's own time, of an unknown zone
};

struct Command {
    CommandKind kind;
    std::uint8_t dialect;       // for the record: its number there (docs/formats/journal.md)
    std::uint16_t mti;          // 100, 420, ...
    std::uint16_t has;          // Has bits
    std::uint16_t currency;     // DE 49, numeric
    std::uint32_t origin;       // loop << 16 | link
    std::uint32_t participant;  // id of the link's participant in the master data
    std::uint32_t echo_slot;    // loop's own handle, comes back in the effect untouched
    std::uint32_t echo_generation;
    std::uint64_t dup_k0, dup_k1;    // keyed hash: acquirer, DE 41, MTI class, DE 11, time
    std::uint64_t key2_k0, key2_k1;  // keyed hash: acquirer, DE 41, DE 37; zero without DE 37
    std::uint64_t fingerprint;       // keyed hash: PAN, DE 4, DE 49, DE 3
    std::uint64_t pan_h0, pan_h1;    // boot-random keyed hash of the PAN
    std::int64_t amount;             // DE 4, minor units
    std::int64_t replacement;        // DE 95 actual transaction amount, minor units
    std::uint64_t de7_ts;            // UTC ns
    std::uint64_t key_ts;            // time in the duplicate key: DE 7, or DE 12 and 13 read as UTC
    std::uint64_t acquirer;          // DE 32 normalized, or the link's
    // The original that DE 90 names, when has_de90.
    std::uint64_t orig_k0, orig_k1;  // its duplicate key, built as dup_k0/1 are
    std::uint64_t orig_acquirer;     // as in its key: this message's when DE 90 has none
    std::uint64_t orig_de7_ts;       // its DE 7, UTC ns: how old it is
    std::uint32_t orig_stan;
    std::uint16_t orig_mti;  // 100, 220, ...
    std::uint16_t zero1;
    std::uint32_t stan;
    std::uint32_t proc_code;
    std::uint16_t mcc;
    std::uint16_t pos_mode;
    std::uint16_t expiry_yymm;   // DE 14
    std::uint16_t network_code;  // DE 70
    std::uint8_t pan[10];        // BCD, F-padded right
    char response_code[2];       // DE 39 of an advice
    char rrn[12];
    char terminal[8];
    char merchant[15];
    char approval[6];  // DE 38 of a completion or advice
    std::uint8_t zero[3];
};
static_assert(std::is_trivially_copyable_v<Command>);

enum class EffectKind : std::uint8_t {
    answer = 1,  // build the answer from the echo slot and send it
    drop,        // free the echo slot, send nothing (an advice or repeat that must not be answered)
};

struct Effect {
    Sequence seq;  // leaves only when this is durable; 0 = at once
    std::uint32_t echo_slot;
    std::uint32_t echo_generation;
    EffectKind kind;
    std::uint8_t has_balance;     // DE 54: ledger and available follow
    char rc[2];                   // DE 39
    char approval[6];             // DE 38; first byte 0 = none
    std::uint16_t currency;       // of the balances
    std::int64_t amount;          // decided amount for DE 4; 0 = echo the request's
    std::int64_t ledger_balance;  // minor units, signed
    std::int64_t available;       // minor units, signed
};
static_assert(std::is_trivially_copyable_v<Effect>);

}  // namespace turnout::engine
