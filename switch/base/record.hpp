// The journal's records as they lie on disk (little endian, no padding). Written by the engine,
// carried by the journal, read by recovery and tools. Layout and meaning: docs/formats/journal.md.
#pragma once
#include "switch/base/ids.hpp"
#include "switch/base/limits.hpp"

#include <cstddef>
#include <type_traits>

namespace turnout::record {

// Numbers are for ever; those without a user yet are reserved from the first day.
enum class Type : std::uint16_t {
    post = 1,
    hold = 2,
    capture = 3,
    release = 4 /* VOID */,
    expire = 5,
    reversal = 6,
    tombstone = 7,
    decline = 8,
    xfer_out = 9,
    xfer_in = 10,
    xfer_rej = 11,
    xfer_done = 12,
    xfer_return = 13,
    account_create = 14,
    account_update = 15,
    epoch_start = 16,
    checkpoint = 17,
    cutover = 18,
    slot_freeze = 19,
    slot_import = 20,
    slot_drop = 21,
    recovery = 22,
    key_change = 23,
    forward = 24,
    issuer_answer = 25,
    timeout = 26,
    saf_add = 27,
    saf_sent = 28,
    saf_done = 29,
    saf_park = 30,
    late_answer = 31,
    link_state = 32,
    config = 33,
    card = 34,
    window = 35,
    participant = 36,
    product = 37,
};

enum Flag : std::uint16_t {
    forced = 1,
    declined = 2,
    final_capture = 4,
    partial = 8,
    late = 16,
    linked_next = 32,
};

struct Header {
    std::uint32_t record_bytes;  // whole record, multiple of 8
    std::uint16_t type;
    std::uint16_t flags;
    std::uint64_t seq;
    std::uint64_t ts_ns;
    std::uint32_t crc32c;  // over the record with this field 0
    std::uint32_t origin;  // loop << 16 | link
};

// Of types 1 to 8 and 24 to 31.
struct Context {
    std::uint64_t dup_k0;
    std::uint64_t dup_k1;
    std::uint64_t ref_seq;     // the record that this one refers to (hold, original)
    std::uint64_t expires_ts;  // of a hold
    std::int64_t requested;    // minor units
    std::int64_t decided;      // minor units
    std::uint64_t de7_ts;      // DE 7 as UTC ns
    std::uint64_t acquirer;    // DE 32 normalized, or the link's
    std::uint32_t issuer;
    std::uint32_t stan;
    std::uint32_t proc_code;
    std::uint32_t participant;  // who asked; 0: nobody (expiries, opening balances), or not known
    std::uint32_t business_day;
    std::uint16_t currency;
    std::uint16_t mti;
    std::uint16_t mcc;
    std::uint16_t pos_mode;
    char rc[4];  // DE 39, left-justified, zero-filled
    char rrn[12];
    char terminal[8];
    char merchant[15];
    std::uint8_t zero1;
    char approval[6];  // DE 38, zero when none
    std::uint16_t zero2;
    std::uint16_t legs;
    std::uint8_t dialect;
    std::uint8_t window;
    std::uint8_t pan[10];  // BCD, F-padded on the right; zero when none
    std::uint16_t zero3;
    std::uint32_t config_version;
    std::uint64_t card_lo;  // card id; zero: not ours
    std::uint64_t card_hi;
    std::uint64_t fingerprint;
    std::uint64_t zero4;
};

enum class Effect : std::uint8_t {
    debit_post = 1,
    credit_post = 2,
    debit_pend = 3,
    credit_pend = 4,
    debit_release = 5,
    credit_release = 6,  // takes pending away again
};

enum class Role : std::uint8_t { payer = 1, payee = 2, fee = 3, suspense = 4, opening = 5 };

struct Leg {
    std::uint64_t account_lo;
    std::uint64_t account_hi;
    std::int64_t amount;  // minor units, > 0
    std::int64_t
        after;  // post legs: credits_posted - debits_posted; others: credits - debits pending
    std::uint64_t version;  // of the account after this leg
    std::uint16_t currency;
    std::uint8_t effect;
    std::uint8_t role;
    std::uint32_t zero;
};

static_assert(sizeof(Header) == 32 && sizeof(Context) == 192 && sizeof(Leg) == 48);
static_assert(offsetof(Context, requested) == 32 && offsetof(Context, de7_ts) == 48);
static_assert(offsetof(Context, participant) == 76);
static_assert(offsetof(Context, issuer) == 64 && offsetof(Context, business_day) == 80);
static_assert(offsetof(Context, currency) == 84 && offsetof(Context, rc) == 92);
static_assert(offsetof(Context, rrn) == 96 && offsetof(Context, terminal) == 108);
static_assert(offsetof(Context, merchant) == 116 && offsetof(Context, approval) == 132);
static_assert(offsetof(Context, legs) == 140 && offsetof(Context, pan) == 144);
static_assert(offsetof(Context, config_version) == 156 && offsetof(Context, card_lo) == 160);
static_assert(offsetof(Context, fingerprint) == 176);
static_assert(std::has_unique_object_representations_v<Header>, "padding would reach the disk");
static_assert(std::has_unique_object_representations_v<Context>, "padding would reach the disk");
static_assert(std::has_unique_object_representations_v<Leg>, "padding would reach the disk");

}  // namespace turnout::record
