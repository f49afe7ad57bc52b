// One list of every configuration key: its section, bounds and meaning. Reading, the default file
// and the effective file all walk this list, so that they cannot drift apart. Start-up only.
#pragma once
#include "switch/base/config.hpp"

#include <concepts>
#include <utility>

namespace turnout::config_schema {

template <class T>
using Choices = std::span<std::pair<std::string_view, T> const>;

inline constexpr std::pair<std::string_view, EngineThread> kThreads[] = {
    {"auto", EngineThread::automatic},
    {"inline", EngineThread::inline_},
    {"own", EngineThread::own}};
inline constexpr std::pair<std::string_view, SyncChoice> kSyncs[] = {
    {"fdatasync", SyncChoice::fdatasync}, {"dsync", SyncChoice::dsync}};
inline constexpr std::pair<std::string_view, wire::EmptyFrame> kEmptyFrames[] = {
    {"ignore", wire::EmptyFrame::ignore},
    {"echo", wire::EmptyFrame::echo},
    {"error", wire::EmptyFrame::error}};
inline constexpr std::pair<std::string_view, DuplicateTime> kDuplicateTimes[] = {
    {"de7", DuplicateTime::de7}, {"de12_13", DuplicateTime::de12_13}};
inline constexpr std::pair<std::string_view, LogLevel> kLevels[] = {{"debug", LogLevel::debug},
                                                                    {"info", LogLevel::info},
                                                                    {"warn", LogLevel::warn},
                                                                    {"error", LogLevel::error}};
inline constexpr std::pair<std::string_view, LogFormat> kFormats[] = {{"text", LogFormat::text},
                                                                      {"json", LogFormat::json}};

inline constexpr std::string_view kSections[] = {"node",     "data", "engine", "journal",
                                                 "listener", "link", "log"};

template <class C, class Section>
concept SectionOf = std::same_as<std::remove_const_t<C>, Section>;

enum class Need : std::uint8_t { optional, required };

// A visitor V has text, number, flag, choice, texts and numbers; C is the section, const
// for writers. Bounds are inclusive.
template <class V, SectionOf<NodeConfig> C>
void describe(V& v, C& node)
{
    v.text("name", node.name, Need::optional, "shown in logs");
    v.number("group", node.group, 1, 1023,
             "group of accounts; its journal is <data.directory>/<group>");
    v.number("id", node.id, 1, 65535, "number of this node in its group, never used twice");
}

template <class V, SectionOf<DataConfig> C>
void describe(V& v, C& data)
{
    v.text("directory", data.directory, Need::required,
           "journal and wrapped keys; a relative path counts from this file");
    v.text("kek_file", data.kek_file, Need::required,
           "key-encryption key (64 hex digits, mode 0600); keep it on another disk than the data");
    v.text("master_data", data.master_data, Need::optional,
           "accounts, cards and participants for an empty journal (JSON lines)");
}

template <class V, SectionOf<EngineSection> C>
void describe(V& v, C& engine)
{
    v.choice("thread", engine.thread, Choices<EngineThread>(kThreads),
             "inline: on the one loop; own: a thread of its own; auto: inline below 3 cores");
    v.number("loops", engine.loops, 0, limits::loops_max, "network threads; 0 = by cores");
    v.number("accounts_max", engine.accounts_max, 16, 100'000'000, "table size; full answers 96");
    v.number("cards_max", engine.cards_max, 16, 100'000'000, "table size");
    v.number("holds_max", engine.holds_max, 16, 100'000'000, "table size");
    v.number(
        "transactions_max", engine.transactions_max, 64, (1U << 28U) - 1,
        "transactions kept for repeats and reversals, per reversal window; two windows are kept");
    v.number("participant_share_percent", engine.participant_share_percent, 1, 100,
             "of transactions_max and holds_max, what one of several participants may take");
    v.number("financial_window_s", engine.financial_window_s, 1, 86'400,
             "oldest DE 7 of an original request");
    v.number("reversal_window_s", engine.reversal_window_s, 60, 2'592'000,
             "how long an original can be reversed");
    v.flag(
        "commit_memory", engine.commit_memory,
        "take the tables' memory at start; false: at the first touch, in the middle of payments");
    v.number("spin_us", engine.spin_us, 0, 1'000'000,
             "spin this long before sleeping; helps only with cores to spare");
}

template <class V, SectionOf<JournalSection> C>
void describe(V& v, C& journal)
{
    v.number("segment_mib", journal.segment_mib, 1, 4096, "size of a journal file");
    v.choice("sync", journal.sync, Choices<SyncChoice>(kSyncs),
             "write + fdatasync, or O_DSYNC writes: take the faster one of this disk");
    v.number("segments_ahead", journal.segments_ahead, 1, 16, "zero-filled files kept ready");
    v.flag("allow_buffered", journal.allow_buffered,
           "go on where O_DIRECT does not work (tmpfs); for trials only");
}

template <class V, SectionOf<ListenerConfig> C>
void describe(V& v, C& listener)
{
    v.text("name", listener.name, Need::required, "links refer to it");
    v.text("address", listener.address, Need::optional, "IPv4 or IPv6 address to listen on");
    v.number("port", listener.port, 0, 65535, "0 = any free one");
    v.text("dialect", listener.dialect_name, Need::optional,
           "how messages lie on the wire: 87binary, 87ascii, 87ebcdic, or a dialect file *.json");
    v.text("framing", listener.framing_text, Need::optional,
           "what stands around a message: a name (binary2, ascii4, nac, ...) or a description");
    v.text("header", listener.header_text, Need::optional,
           "message header: tpdu, base1, base24, d8, unionpay, none, or its pieces; empty: the "
           "framing's own");
    v.flag("header_swap", listener.header_swap,
           "answers have source and destination of the header swapped");
    v.flag("length_includes_itself", listener.length_includes_itself,
           "the length counts its own bytes too");
    v.choice("empty_frame", listener.empty_frame, Choices<wire::EmptyFrame>(kEmptyFrames),
             "keep-alives of length zero: ignore, echo, or error (close)");
    v.number("connections_max", listener.connections_max, 1, 100'000, "more are closed at once");
    v.number("frame_bytes_max", listener.frame_bytes_max, 64, limits::frame_bytes_max_hard,
             "a longer frame closes the connection");
    v.number("frame_timeout_ms", listener.frame_timeout_ms, 100, 600'000,
             "from the first to the last byte of a frame");
    v.number("idle_timeout_ms", listener.idle_timeout_ms, 100, 86'400'000,
             "connection without a byte received");
    v.number("write_timeout_ms", listener.write_timeout_ms, 100, 600'000,
             "answers waiting for a peer that does not read");
    v.number("malformed_max", listener.malformed_max, 1, 1'000'000,
             "messages in a row that cannot be decoded, then the connection is closed");
}

template <class V, SectionOf<LinkConfig> C>
void describe(V& v, C& link)
{
    v.text("name", link.name, Need::required, "shown in logs");
    v.text("listener", link.listener, Need::required, "name of the listener it comes in by");
    v.text("participant", link.participant, Need::required, "name in the master data");
    v.texts("peers", link.peers, "addresses it may come from; the longest prefix wins");
    v.number("acquirer_id", link.acquirer_id, 1, 99'999'999'999ULL,
             "DE 32 when a message carries none");
    v.numbers("also_acquirers", link.also_acquirers, 1, 99'999'999'999ULL,
              "further values of DE 32 that it may send");
    v.choice("duplicate_time", link.duplicate_time, Choices<DuplicateTime>(kDuplicateTimes),
             "de12_13 for peers that re-stamp DE 7 in repeats");
    v.number("connections_max", link.connections_max, 0, 100'000,
             "of the listener's; 0 = all as its only link, else half of them");
}

template <class V, SectionOf<LogConfig> C>
void describe(V& v, C& log)
{
    v.choice("level", log.level, Choices<LogLevel>(kLevels), "least level written");
    v.text("file", log.file, Need::optional, "empty: standard error");
    v.choice("format", log.format, Choices<LogFormat>(kFormats), "one line each");
}

}  // namespace turnout::config_schema
