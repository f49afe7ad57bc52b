// What a message costs between the socket and the engine: finding its frame, and the hop of its
// command and effect through the rings between a loop and an engine thread. Floors: a copy of the
// same bytes without a ring. Google Benchmark; figures by tools/bench.sh net.
#include "protocol/core/check.hpp"
#include "protocol/wire/framing.hpp"
#include "switch/base/limits.hpp"
#include "switch/engine/command.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>
#include <boost/lockfree/spsc_queue.hpp>

namespace turnout::net {
namespace {

constexpr std::size_t kBatch = 64;  // about what a loop finds in one turn under load
constexpr std::size_t kMessageBytes = 254;
constexpr std::size_t kFrames = 256;

template <class Item>
using Ring = boost::lockfree::spsc_queue<Item>;

// One batch there and its effects back, on one thread: the instructions without the cache misses.
void ring_hop(benchmark::State& state)
{
    Ring<engine::Command> commands(limits::in_flight_per_loop_max);
    Ring<engine::Effect> effects(limits::in_flight_per_loop_max);
    std::vector<engine::Command> out(kBatch);
    std::vector<engine::Command> in(kBatch);
    std::vector<engine::Effect> answers(kBatch);
    for (auto _ : state) {
        TURNOUT_CHECK(commands.push(out.data(), kBatch) == kBatch, "bench.push");
        TURNOUT_CHECK(commands.pop(in.data(), kBatch) == kBatch, "bench.pop");
        TURNOUT_CHECK(effects.push(answers.data(), kBatch) == kBatch, "bench.push");
        TURNOUT_CHECK(effects.pop(answers.data(), kBatch) == kBatch, "bench.pop");
        benchmark::DoNotOptimize(in.data());
        benchmark::DoNotOptimize(answers.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}

// The same bytes copied as often, without a ring.
void ring_copy_floor(benchmark::State& state)
{
    std::vector<engine::Command> commands(kBatch);
    std::vector<engine::Command> between(kBatch);
    std::vector<engine::Command> in(kBatch);
    std::vector<engine::Effect> effects(kBatch);
    std::vector<engine::Effect> answers(kBatch);
    for (auto _ : state) {
        std::copy(commands.begin(), commands.end(), between.begin());
        benchmark::DoNotOptimize(between.data());
        std::copy(between.begin(), between.end(), in.begin());
        benchmark::DoNotOptimize(in.data());
        std::copy(answers.begin(), answers.end(), effects.begin());
        benchmark::DoNotOptimize(effects.data());
        std::copy(effects.begin(), effects.end(), answers.begin());
        benchmark::DoNotOptimize(answers.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}

// A second thread takes the commands and gives effects back: with the cache lines that travel.
void ring_hop_threads(benchmark::State& state)
{
    Ring<engine::Command> commands(limits::in_flight_per_loop_max);
    Ring<engine::Effect> effects(limits::in_flight_per_loop_max);
    std::atomic<bool> ending{false};
    std::thread engine([&] {
        std::vector<engine::Command> in(kBatch);
        std::vector<engine::Effect> out(kBatch);
        while (!ending.load(std::memory_order_relaxed)) {
            auto const got = commands.pop(in.data(), kBatch);
            for (std::size_t sent = 0; sent < got;)
                sent += effects.push(out.data() + sent, got - sent);
        }
    });
    std::vector<engine::Command> out(kBatch);
    std::vector<engine::Effect> answers(kBatch);
    for (auto _ : state) {
        for (std::size_t sent = 0; sent < kBatch;)
            sent += commands.push(out.data() + sent, kBatch - sent);
        for (std::size_t got = 0; got < kBatch;)
            got += effects.pop(answers.data() + got, kBatch - got);
    }
    ending.store(true);
    engine.join();
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}

// Frame boundaries of a full receive buffer.
void framing(benchmark::State& state)
{
    std::vector<std::byte> stream;
    for (std::size_t frame = 0; frame < kFrames; ++frame) {
        std::array<std::byte, 2 + kMessageBytes> bytes{};
        TURNOUT_CHECK(wire::write_frame_header(wire::Framing::binary2, bytes, kMessageBytes) == 2,
                      "bench.header");
        stream.insert(stream.end(), bytes.begin(), bytes.end());
    }
    for (auto _ : state) {
        ByteView rest = stream;
        while (!rest.empty()) {
            auto const frame =
                wire::peek_frame(wire::Framing::binary2, rest, limits::frame_bytes_max_default);
            TURNOUT_CHECK(frame.status == wire::FrameStatus::complete, "bench.frame");
            rest = rest.subspan(frame.header_bytes + frame.body_bytes);
        }
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kFrames));
}

}  // namespace
}  // namespace turnout::net

int main(int argc, char** argv)
{
    using namespace turnout::net;
    benchmark::RegisterBenchmark("net.ring_hop", ring_hop);
    benchmark::RegisterBenchmark("net.ring_copy_floor", ring_copy_floor);
    benchmark::RegisterBenchmark("net.ring_hop_threads", ring_hop_threads)->UseRealTime();
    benchmark::RegisterBenchmark("net.framing", framing);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
