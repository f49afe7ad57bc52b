// What the records that are not transactions carry behind their header (little endian, no padding).
// Transactions carry record::Context and legs instead; a TOMBSTONE has its tail behind them.
// Documented in docs/formats/journal.md.
#pragma once
#include "switch/base/ids.hpp"
#include "switch/base/limits.hpp"
#include "switch/base/record.hpp"
#include "switch/ledger/ledger.hpp"

#include <type_traits>

namespace turnout::engine {

struct AccountPayload {  // ACCOUNT_CREATE
    std::uint64_t id_lo, id_hi;
    std::int64_t credit_limit;  // minor units
    std::uint16_t currency;
    std::uint8_t kind;   // ledger::Kind
    std::uint8_t flags;  // ledger::AccountFlag
    std::uint16_t product;
    std::uint16_t zero;
};

struct CardPayload {  // CARD
    std::uint64_t id_lo, id_hi;
    std::uint64_t account_lo, account_hi;
    std::uint8_t pan[10];  // BCD, F-padded
    std::uint16_t expiry_yymm;
    std::uint8_t status;  // CardStatus
    std::uint8_t zero[3];
};

struct ProductPayload {  // PRODUCT
    std::uint16_t id;
    std::uint8_t over_capture_percent;
    std::uint8_t zero;
    std::uint32_t hold_expires_s;
    char name[32];  // zero-filled
};

struct ParticipantPayload {  // PARTICIPANT, followed by `positions` PositionPayloads
    std::uint32_t id;
    std::uint32_t positions;
    std::uint64_t acquirer_id;
    char name[32];  // zero-filled
};
struct PositionPayload {
    std::uint64_t account_lo, account_hi;
};

enum class LinkState : std::uint32_t { signed_off = 0, signed_on = 1 };

struct LinkStatePayload {  // LINK_STATE
    std::uint32_t participant;
    std::uint32_t state;  // LinkState
};

struct EpochStartPayload {  // EPOCH_START
    std::uint64_t epoch;
    std::uint32_t config_version;
    std::uint32_t zero;
};

struct RecoveryPayload {  // RECOVERY: a torn tail was cut behind this sequence
    std::uint64_t last_good_seq;
};

struct ConfigPayload {  // CONFIG: what replay must know to keep and drop what the live run did
    std::uint32_t config_version;
    std::uint32_t zero;
    std::uint64_t generation_ns;  // length of a generation of duplicate slots
    std::uint64_t reversal_window_ns;
    std::uint8_t sha256[32];  // of the configuration file; zero when built in
};

struct CheckpointPayload {               // CHECKPOINT, followed by `currencies` TotalsPayloads
    std::uint64_t digest_lo, digest_hi;  // of the state before this record
    std::uint64_t accounts, cards, participants, holds_open, transactions;
    std::uint64_t currencies;
};
// Debits equal credits, so one side tells both. The sums' lowest 80 bits: the digest covers all
// that they are made of.
struct TotalsPayload {
    std::uint16_t currency;
    std::uint16_t zero;
    std::uint16_t posted_high, pending_high;  // bits 64 to 79
    std::uint64_t posted, pending;            // bits 0 to 63
};

// What a CHECKPOINT says of a currency's book.
[[nodiscard]] inline TotalsPayload totals_payload(ledger::CurrencyBook const& book) noexcept
{
    auto const high = [](ledger::Sum sum) { return static_cast<std::uint16_t>(sum >> 64); };
    return {book.currency,
            0,
            high(book.debits_posted),
            high(book.debits_pending),
            static_cast<std::uint64_t>(book.debits_posted),
            static_cast<std::uint64_t>(book.debits_pending)};
}

struct TombstoneTail {     // the original that a TOMBSTONE stands for, behind its context
    std::uint64_t k0, k1;  // duplicate key; zero: known by RRN only
    std::uint64_t acquirer;
    std::uint64_t de7_ts;
    std::uint32_t stan;
    std::uint16_t mti;
    std::uint16_t zero;
};

static_assert(sizeof(AccountPayload) == 32 && sizeof(CardPayload) == 48);
static_assert(sizeof(ProductPayload) == 40 && sizeof(ParticipantPayload) == 48);
static_assert(sizeof(LinkStatePayload) == 8 && sizeof(EpochStartPayload) == 16);
static_assert(sizeof(ConfigPayload) == 56 && sizeof(CheckpointPayload) == 64);
static_assert(sizeof(TotalsPayload) == 24 && sizeof(TombstoneTail) == 40);
static_assert(std::has_unique_object_representations_v<AccountPayload> &&
              std::has_unique_object_representations_v<CardPayload> &&
              std::has_unique_object_representations_v<ProductPayload> &&
              std::has_unique_object_representations_v<ParticipantPayload> &&
              std::has_unique_object_representations_v<EpochStartPayload> &&
              std::has_unique_object_representations_v<ConfigPayload> &&
              std::has_unique_object_representations_v<CheckpointPayload> &&
              std::has_unique_object_representations_v<TotalsPayload> &&
              std::has_unique_object_representations_v<TombstoneTail>);
static_assert(sizeof(record::Header) + sizeof(CheckpointPayload) +
                      limits::currencies_max * sizeof(TotalsPayload) <=
                  limits::record_bytes_max,
              "a CHECKPOINT is one record");
static_assert(sizeof(record::Header) + sizeof(ParticipantPayload) +
                      limits::currencies_max * sizeof(PositionPayload) <=
                  limits::record_bytes_max,
              "a PARTICIPANT is one record");

}  // namespace turnout::engine
