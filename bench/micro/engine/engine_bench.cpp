// bench_engine [--quick|--smoke]: how many purchases a second the engine decides, journals into its
// outbox and applies on one thread, and how many records it replays; each beside a floor of the
// same run that moves the same memory: per record two random account updates, a copy of its bytes,
// and its checksum. Prints one JSON line per figure: the median of the pairs and their spread.
#include "bench/micro/engine/workload.hpp"
#include "protocol/core/check.hpp"
#include "protocol/core/crc32c.hpp"
#include "switch/base/limits.hpp"
#include "switch/engine/replay.hpp"
#include "switch/ledger/account.hpp"
#include "switch/ledger/table_memory.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>
#include <string_view>

namespace turnout::engine::bench {

namespace {

// CPU time of this thread: what other programs do meanwhile then costs caches only. A reading costs
// about a quarter of a microsecond, so only whole batches are timed.
double cpu_seconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Rates {  // a second
    double apply = 0, replay = 0;
};

// One run over fresh duplicate slots: a run long enough to be worth measuring would otherwise have
// to invent days of traffic.
Rates run_engine(Shape const& shape, Workload& workload)
{
    auto live = std::make_unique<Engine>(Workload::config(shape), workload.hash());
    Workload::found(*live, shape);
    std::vector<std::byte> records(limits::batch_record_bytes_max);
    std::vector<Effect> effects(limits::commands_per_batch_max);
    std::vector<std::byte> journal;
    journal.reserve(std::size_t{shape.purchases} * 320);
    workload.restart();
    auto now = kStart;
    double apply_s = 0;
    for (std::uint32_t done = 0; done < shape.purchases; done += shape.batch) {
        auto const commands = workload.next_batch();
        now += 100'000;
        Outbox out{records, 0, 0, effects, 0};
        auto const start = cpu_seconds();
        live->process(commands, now, out);
        (void)live->digest();
        apply_s += cpu_seconds() - start;
        journal.insert(journal.end(), records.begin(),
                       records.begin() + static_cast<std::ptrdiff_t>(out.record_bytes));
    }
    auto const stats = live->stats();
    TURNOUT_CHECK(stats.approved > shape.purchases / 2 && stats.mismatched_duplicates == 0,
                  "the benchmark measures approvals");
    auto const digest = live->digest();
    live.reset();  // half a gigabyte less for the replica

    auto replica = std::make_unique<Engine>(Workload::config(shape), workload.hash());
    Workload::found(*replica, shape);
    auto const replayer = std::make_unique<Replayer>(*replica);
    auto const start = cpu_seconds();
    std::size_t count = 0;
    for (std::size_t at = 0; at < journal.size(); ++count) {
        auto const bytes = load<std::uint32_t>(&journal[at]);
        auto const result = replayer->push(ByteView{journal}.subspan(at, bytes));
        TURNOUT_CHECK(result == ApplyErrc::ok, "the benchmark's own records replay");
        at += bytes;
    }
    TURNOUT_CHECK(replayer->finish() == ApplyErrc::ok, "the last of them as well");
    auto const replay_s = cpu_seconds() - start;
    TURNOUT_CHECK(replica->digest() == digest, "replay ends in the same state");
    return {shape.purchases / apply_s, static_cast<double>(count) / replay_s};
}

// The bare work on the same memory, prefetched as well: what is left is what deciding costs.
double run_floor(Shape const& shape)
{
    ledger::TableMemory<ledger::Account> accounts{shape.accounts, ledger::Pages::huge,
                                                  ledger::Commit::at_start};
    constexpr std::size_t kRecord = 320;
    std::vector<std::byte> source(kRecord, std::byte{7});
    std::vector<std::byte> records(shape.batch * kRecord);
    std::vector<std::uint32_t> picks(shape.batch);
    double total_s = 0;
    std::uint32_t sum = 0;
    for (std::uint32_t done = 0; done < shape.purchases; done += shape.batch) {
        for (std::uint32_t at = 0; at < shape.batch; ++at)
            picks[at] = static_cast<std::uint32_t>(random_of(done + at) % shape.accounts);
        auto const start = cpu_seconds();
        for (auto const pick : picks) {
            __builtin_prefetch(&accounts[pick], 1);
            __builtin_prefetch(reinterpret_cast<char const*>(&accounts[pick]) + 64, 1);
        }
        auto* at = records.data();
        for (auto const pick : picks) {
            auto& payer = accounts[pick];
            auto& payee = accounts[shape.accounts - 1];
            payer.debits_posted += 5;
            payer.version += 1;
            payer.last_seq = done;
            payee.credits_posted += 5;
            payee.version += 1;
            payee.last_seq = done;
            std::memcpy(at, source.data(), kRecord);
            std::memcpy(at + 40, &payer.version, sizeof payer.version);
            sum ^= crc32c(ByteView{at, kRecord});
            at += kRecord;
        }
        total_s += cpu_seconds() - start;
    }
    if (sum == 1) std::puts("");  // keeps the checksums alive
    return shape.purchases / total_s;
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void report(char const* name, std::vector<double> const& values, std::vector<double> const& floors)
{
    std::vector<double> ratios;
    for (std::size_t at = 0; at < values.size(); ++at)
        ratios.push_back(values[at] / floors[at]);
    auto const [low, high] = std::minmax_element(ratios.begin(), ratios.end());
    std::printf(
        "{\"name\":\"%s\",\"value\":%.0f,\"unit\":\"/s\",\"floor\":%.0f,\"ratio\":%.3f,"
        "\"ratio_spread\":[%.3f,%.3f],\"runs\":%zu}\n",
        name, median(values), median(floors), median(ratios), *low, *high, values.size());
}

int run(int count, char** arguments)
{
    Shape shape;
    std::size_t pairs = 7;
    for (int at = 1; at < count; ++at) {
        std::string_view const argument{arguments[at]};
        if (argument == "--quick") {
            pairs = 2;
        } else if (argument == "--smoke") {
            shape.accounts = 2000;
            shape.purchases = 20'480;
            pairs = 1;
        } else {
            std::fprintf(stderr, "usage: bench_engine [--quick|--smoke]\n");
            return 2;
        }
    }
    Workload workload{shape};
    std::vector<double> apply, replay, floors;
    for (std::size_t pair = 0; pair < pairs; ++pair) {
        floors.push_back(run_floor(shape));
        auto const rates = run_engine(shape, workload);
        apply.push_back(rates.apply);
        replay.push_back(rates.replay);
    }
    report("engine.apply", apply, floors);
    report("engine.replay", replay, floors);
    return 0;
}

}  // namespace

}  // namespace turnout::engine::bench

int main(int count, char** arguments)
{
    return turnout::engine::bench::run(count, arguments);
}
