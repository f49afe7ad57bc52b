// What the journal costs: encoding a frame, one commit, append to durable, recovery against a bare
// O_DIRECT read of the same bytes in the same run. Prints one JSON line per figure.
//   bench_journal [--directory DIR] [--mib N] [--quick]
// DIR must be on the disk that is measured (default: a temporary directory in the current one).
#include "protocol/core/check.hpp"
#include "switch/base/record.hpp"
#include "switch/base/sleeper.hpp"
#include "switch/journal/aligned_buffer.hpp"
#include "switch/journal/frame_writer.hpp"
#include "switch/journal/ports.hpp"
#include "switch/journal/segments.hpp"
#include "switch/journal/value_of.hpp"
#include "switch/security/key_store.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

namespace turnout::journal {
namespace {

constexpr std::size_t kRecordBytes = 320;
constexpr std::size_t kBatchRecords = 2048;

struct Options {
    std::string directory = "bench-journal.tmp";
    std::size_t mib = 512;
    bool quick = false;
};

std::uint64_t now_ns()
{
    static SystemClock clock;
    return clock.monotonic_ns();
}

double percentile(std::vector<double>& samples, double fraction)
{
    std::sort(samples.begin(), samples.end());
    auto const last = static_cast<double>(samples.size() - 1);
    return samples[static_cast<std::size_t>(last * fraction)];
}

void print(std::string const& name, double value, char const* unit)
{
    std::printf(R"({"name":"%s","value":%.2f,"unit":"%s"})"
                "\n",
                name.c_str(), value, unit);
    std::fflush(stdout);
}

void print(std::string const& name, double value, char const* unit, double floor)
{
    std::printf(R"({"name":"%s","value":%.2f,"unit":"%s","floor":%.2f,"ratio":%.3f})"
                "\n",
                name.c_str(), value, unit, floor, value / floor);
    std::fflush(stdout);
}

std::unique_ptr<security::KeyStore> make_keys(std::string const& directory)
{
    std::filesystem::create_directories(directory);
    auto const kek = directory + "/kek";
    TURNOUT_CHECK(!security::KeyStore::create_kek(kek), "bench.kek");
    auto opened = security::KeyStore::open(directory, kek, true);
    return std::move(value_of(opened));
}

// Writes `count` records that follow `last` into `out`; content as random as real ones would be.
void fill_records(std::vector<std::byte>& out, std::size_t count, Sequence last)
{
    out.resize(count * kRecordBytes);
    auto noise = last * 0x9E37'79B9'7F4A'7C15U;
    for (std::size_t at = 0; at < out.size(); at += 8) {
        noise = noise * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
        store(out.data() + at, noise);
    }
    for (std::size_t i = 0; i < count; ++i) {
        auto const record = ByteSpan(out).subspan(i * kRecordBytes, kRecordBytes);
        record::Header header{.record_bytes = kRecordBytes,
                              .type = static_cast<std::uint16_t>(record::Type::post),
                              .flags = 0,
                              .seq = last + 1 + i,
                              .ts_ns = last + 1 + i,
                              .crc32c = 0,
                              .origin = 0};
        store(record.data(), header);
        header.crc32c = record_crc32c(record);
        store(record.data(), header);
    }
}

void bench_frame_encode(security::KeyStore const& keys, Options const& options)
{
    for (std::size_t const count : {1U, 16U, 204U}) {
        FrameWriter writer(keys, {1, 1, 1}, Tag{});
        std::vector<std::byte> records;
        fill_records(records, count, 0);
        std::vector<double> rounds;
        auto const frames = (options.quick ? 2'000U : 60'000U) / count + 10;
        for (int round = 0; round < 7; ++round) {
            auto const start = now_ns();
            for (std::size_t i = 0; i < frames; ++i) {
                auto const run = cut_records(records, 0, 0);
                auto const pages = writer.encode(records, run, 1, 1, 0);
                TURNOUT_CHECK(!pages.empty(), "bench.encode");
            }
            rounds.push_back(static_cast<double>(now_ns() - start) /
                             static_cast<double>(frames * count));
        }
        print("journal.frame_encode." + std::to_string(count), percentile(rounds, 0.5),
              "ns/record");
    }
}

// One commit as the journal makes it, and nothing else.
double sync_p50_us(Options const& options, bool write_sync, std::size_t bytes)
{
    SystemDisk disk(false);
    auto const made = create_segment(disk, options.directory, write_sync ? 1 : 2, 32 << 20,
                                     write_sync, [] { return true; });
    TURNOUT_CHECK(made.has_value(), "bench.segment");
    auto const& segment = value_of(made);
    AlignedBuffer pages(bytes);
    std::memset(pages.data(), 0x5A, pages.size());
    std::vector<double> samples;
    std::size_t const count = options.quick ? 50 : 1500;
    for (std::size_t i = 0; i < count; ++i) {
        auto const offset = i * bytes % ((32U << 20) - bytes);
        auto const start = now_ns();
        auto const put = segment.file->pwrite(pages.span(), offset);
        auto const error = write_sync ? 0 : segment.file->sync();
        TURNOUT_CHECK(put.is_complete(bytes) && error == 0, "bench.write");
        samples.push_back(static_cast<double>(now_ns() - start) / 1000.0);
    }
    [[maybe_unused]] auto const removed = disk.remove(segment.path);
    return percentile(samples, 0.5);
}

JournalConfig config_of(Options const& options, char const* name, SyncMethod sync)
{
    return {.directory = options.directory + "/" + name,
            .group = 1,
            .node = 1,
            .segment_bytes = options.quick ? 4U << 20 : 64U << 20,
            .sync = sync,
            .segments_ahead = 1,
            .allow_buffered = false};
}

std::unique_ptr<Journal> open_or_stop(JournalConfig const& config, security::KeyStore const& keys,
                                      Replay const& replay)
{
    auto opened = Journal::open(config, keys, replay);
    if (opened.has_error()) std::fprintf(stderr, "%s\n", opened.error().text.c_str());
    return std::move(value_of(opened));
}

void await(Journal const& journal, Sleeper& sleeper, Sequence seq)
{
    for (;;) {
        sleeper.announce();
        if (journal.durable_seq().load(std::memory_order_acquire) >= seq) break;
        sleeper.block();
    }
    sleeper.stay_awake();
}

// One record outstanding: what a single waiting client pays, against the commit alone.
void bench_latency(security::KeyStore const& keys, Options const& options, double commit_p50_us)
{
    auto const config = config_of(options, "latency", SyncMethod::fdatasync);
    auto const journal = open_or_stop(config, keys, {});
    Sleeper sleeper;
    Sleeper* const wake[] = {&sleeper};
    journal->start(wake);
    std::vector<std::byte> records;
    std::vector<double> samples;
    Sequence const count = options.quick ? 100 : 5000;
    for (Sequence seq = 1; seq <= count; ++seq) {
        fill_records(records, 1, seq - 1);
        auto const start = now_ns();
        TURNOUT_CHECK(journal->append(records, seq), "bench.append");
        await(*journal, sleeper, seq);
        samples.push_back(static_cast<double>(now_ns() - start) / 1000.0);
    }
    journal->stop();
    print("journal.append_durable.p50", percentile(samples, 0.5), "us", commit_p50_us);
    print("journal.append_durable.p99", percentile(samples, 0.99), "us");
}

// Fills `options.mib` of journal as fast as it goes; the rate is against commits of full frames.
void bench_throughput(security::KeyStore const& keys, Options const& options, double commit_p50_us)
{
    auto const config = config_of(options, "recovery", SyncMethod::fdatasync);
    auto const journal = open_or_stop(config, keys, {});
    Sleeper sleeper;
    Sleeper* const wake[] = {&sleeper};
    journal->start(wake);
    std::vector<std::byte> records;
    Sequence seq = 0;
    auto const total = options.mib * (1U << 20) / kRecordBytes;
    auto const start = now_ns();
    while (seq < total) {
        fill_records(records, kBatchRecords, seq);
        while (!journal->append(records, seq + kBatchRecords))
            await(*journal, sleeper, journal->durable_seq().load(std::memory_order_acquire) + 1);
        seq += kBatchRecords;
    }
    await(*journal, sleeper, seq);
    auto const seconds = static_cast<double>(now_ns() - start) / 1e9;
    journal->stop();
    auto const floor = 204.0 / (commit_p50_us / 1e6);
    print("journal.append_durable.throughput", static_cast<double>(seq) / seconds, "records/s",
          floor);
}

// Reads every segment of the journal once, in pieces of 1 MiB, and looks at nothing.
double bare_read_mb_s(JournalConfig const& config)
{
    SystemDisk disk(false);
    auto const listed = list_segments(disk, config.directory);
    AlignedBuffer buffer(1U << 20);
    std::uint64_t bytes = 0;
    auto const start = now_ns();
    for (auto const number : value_of(listed)) {
        auto const segment = open_segment(disk, config.directory, number, {});
        auto const size = value_of(segment).file->size_bytes();
        for (std::uint64_t at = 0; at < size; at += buffer.size()) {
            auto const got = value_of(segment).file->pread(buffer.span(), at);
            TURNOUT_CHECK(got.error == 0, "bench.read");
            bytes += got.bytes;
        }
    }
    return static_cast<double>(bytes) * 1000.0 / static_cast<double>(now_ns() - start);
}

double recovery_mb_s(JournalConfig const& config, security::KeyStore const& keys)
{
    std::uint64_t bytes = 0;
    for (auto const& entry : std::filesystem::directory_iterator(config.directory))
        if (entry.path().extension() == ".toj") bytes += entry.file_size();
    std::uint64_t sum = 0;
    auto const start = now_ns();
    auto const journal = open_or_stop(config, keys, [&](ByteView record) -> char const* {
        sum += load<std::uint64_t>(record.data() + 64);
        return nullptr;
    });
    auto const elapsed = now_ns() - start;
    TURNOUT_CHECK(journal->recovered().records > 0 && sum != 0, "bench.recovered");
    return static_cast<double>(bytes) * 1000.0 / static_cast<double>(elapsed);
}

void bench_recovery(security::KeyStore const& keys, Options const& options)
{
    auto const config = config_of(options, "recovery", SyncMethod::fdatasync);
    std::vector<double> floors;
    std::vector<double> values;
    std::vector<double> ratios;
    for (int pair = 0; pair < (options.quick ? 1 : 7); ++pair) {
        floors.push_back(bare_read_mb_s(config));
        values.push_back(recovery_mb_s(config, keys));
        ratios.push_back(values.back() / floors.back());
    }
    std::printf(R"({"name":"journal.recovery","value":%.1f,"unit":"MB/s","floor":%.1f,)"
                R"("ratio":%.3f,"ratio_min":%.3f,"ratio_max":%.3f,"pairs":%zu})"
                "\n",
                percentile(values, 0.5), percentile(floors, 0.5), percentile(ratios, 0.5),
                percentile(ratios, 0.0), percentile(ratios, 1.0), ratios.size());
}

void run(Options const& options)
{
    std::filesystem::remove_all(options.directory);
    auto const keys = make_keys(options.directory);
    bench_frame_encode(*keys, options);
    auto const fdatasync_us = sync_p50_us(options, false, kPageBytes);
    print("journal.sync.dsync_4k", sync_p50_us(options, true, kPageBytes), "us");
    print("journal.sync.fdatasync_4k", fdatasync_us, "us");
    auto const full_us = sync_p50_us(options, false, 16 * kPageBytes);
    print("journal.sync.fdatasync_64k", full_us, "us");
    bench_latency(*keys, options, fdatasync_us);
    bench_throughput(*keys, options, full_us);
    bench_recovery(*keys, options);
    std::filesystem::remove_all(options.directory);
}

bool parse(int argc, char** argv, Options& options)
{
    for (int i = 1; i < argc; ++i) {
        std::string const name = argv[i];
        if (name == "--quick") {
            options.quick = true;
            options.mib = 16;
        } else if (name == "--directory" && i + 1 < argc) {
            options.directory = std::string(argv[++i]) + "/bench-journal.tmp";
        } else if (name == "--mib" && i + 1 < argc) {
            options.mib = std::max(1UL, std::strtoul(argv[++i], nullptr, 10));
        } else {
            return false;
        }
    }
    return true;
}

}  // namespace
}  // namespace turnout::journal

int main(int argc, char** argv)
{
    turnout::journal::Options options;
    if (!turnout::journal::parse(argc, argv, options)) {
        std::fprintf(stderr, "usage: %s [--directory DIR] [--mib N] [--quick]\n", argv[0]);
        return 2;
    }
    turnout::journal::run(options);
    return 0;
}
