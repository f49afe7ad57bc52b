// After warm-up a message costs no allocation: what this thread takes from the heap is counted.
#include "net_fixture.hpp"
#include "tests/support/alloc_guard.hpp"

#include <gtest/gtest.h>

namespace turnout::net {
namespace {

using testing::Client;
using testing::LoopHarness;

TEST(Allocation, a_message_costs_none_after_warm_up)
{
    LoopHarness h;
    h.journal.durable_at_once = true;
    h.engine.keep_commands = false;
    Client client(h.port());
    std::vector<std::byte> batch;
    for (unsigned stan = 1; stan <= 32; ++stan) {
        auto const one = testing::framed(testing::encode(200, testing::purchase(stan)));
        batch.insert(batch.end(), one.begin(), one.end());
    }
    auto const run = [&](unsigned rounds) {
        std::uint64_t inside = 0;
        for (unsigned round = 0; round < rounds; ++round) {
            // In two parts, so that a frame is left over and completed.
            auto const half = batch.size() / 2 + 7;
            client.send(ByteView(batch).first(half));
            auto want = h.count(CounterId::bytes_received) + half;
            test::AllocGuard const first;
            while (h.count(CounterId::bytes_received) < want)
                h.loop->turn();
            inside += first.allocations();
            client.send(ByteView(batch).subspan(half));
            want = h.count(CounterId::answers_sent) / 32 * 32 + 32;
            test::AllocGuard const second;
            while (h.count(CounterId::answers_sent) < want)
                h.loop->turn();
            inside += second.allocations();
            client.receive();
            client.frames.clear();
        }
        return inside;
    };
    static_cast<void>(run(50));
    EXPECT_EQ(run(500), 0U);
    EXPECT_EQ(h.engine.commands_seen, 550U * 32U);
}

}  // namespace
}  // namespace turnout::net
