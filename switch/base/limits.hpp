// Every bound of the system in one place, with the relations between them. Sizes that depend on the
// deployment are in the configuration; these are the ones that the structures rely on.
#pragma once
#include <cstddef>
#include <cstdint>

namespace turnout::limits {

// Wire
inline constexpr std::size_t frame_bytes_max_default = 8 * 1024;
inline constexpr std::size_t frame_bytes_max_hard = 64 * 1024 - 1;
inline constexpr std::size_t answer_bytes_max = 640;  // largest answer we build, framing included
inline constexpr std::size_t echo_bytes_max = 384;  // echoed fields of one request, as on the wire

// Loop
inline constexpr std::size_t loops_max = 64;
inline constexpr std::size_t commands_per_batch_max = 1024;  // one engine call
inline constexpr std::size_t in_flight_per_loop_max =
    16'384;  // commands whose effect is not out yet
inline constexpr std::size_t session_out_bytes = 128 * 1024;
inline constexpr std::size_t session_in_bytes = 64 * 1024;  // of one receive, leftovers included
inline constexpr std::size_t loop_scratch_bytes = 256 * 1024;
inline constexpr std::size_t answer_own_bytes_max = 160;  // framing, bitmaps, DE 38, 39 and 54

// Records and journal
inline constexpr std::size_t legs_per_record_max = 16;
inline constexpr std::size_t record_bytes_max = 32 + 192 + legs_per_record_max * 48 + 64;
inline constexpr std::size_t page_bytes = 4096;
inline constexpr std::size_t frame_body_bytes_max = 64 * 1024;  // one group commit
inline constexpr std::size_t journal_ring_bytes = 8 * 1024 * 1024;
inline constexpr std::size_t segment_bytes_default = 256 * 1024 * 1024;

// Engine
inline constexpr std::size_t expiries_per_turn_max = 64;
inline constexpr std::size_t participants_max = 1024;
inline constexpr std::size_t products_max = 256;
inline constexpr std::size_t currencies_max = 32;  // one CHECKPOINT record names them all
inline constexpr std::size_t second_key_candidates_max = 64;  // looked at for one RRN, newest first
// One command makes at most two records (an expiry it ran into, and its own).
inline constexpr std::size_t records_per_command_max = 2;
inline constexpr std::size_t batch_record_bytes_max =
    (commands_per_batch_max * records_per_command_max + expiries_per_turn_max) * record_bytes_max;

static_assert(record_bytes_max <= frame_body_bytes_max, "a record never spans frames");
static_assert(journal_ring_bytes >= 2 * batch_record_bytes_max,
              "a batch always fits an empty ring");
static_assert(answer_bytes_max >= echo_bytes_max + answer_own_bytes_max,
              "an answer is its echo and our own fields");
static_assert(loop_scratch_bytes >= frame_bytes_max_hard + 64 + session_in_bytes,
              "what a session left over and one receive fit the scratch");
static_assert(session_out_bytes > 16 * answer_bytes_max);

}  // namespace turnout::limits
