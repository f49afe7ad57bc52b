#include "tools/cli/interrupt.hpp"

#include "tools/cli/command.hpp"

#include <csignal>

#include <unistd.h>

namespace turnout::cli {
namespace {

std::atomic<int> g_requested{0};
static_assert(std::atomic<int>::is_always_lock_free, "used in a signal handler");
struct sigaction g_old_int, g_old_term;

extern "C" void on_signal(int)
{
    if (g_requested.fetch_add(1) >= 1) ::_exit(exit_interrupted);
}

}  // namespace

InterruptGuard::InterruptGuard()
{
    g_requested = 0;
    struct sigaction action = {};
    action.sa_handler = on_signal;
    (void)::sigaction(SIGINT, &action, &g_old_int);
    (void)::sigaction(SIGTERM, &action, &g_old_term);
}

InterruptGuard::~InterruptGuard()
{
    (void)::sigaction(SIGINT, &g_old_int, nullptr);
    (void)::sigaction(SIGTERM, &g_old_term, nullptr);
}

std::atomic<int> const& InterruptGuard::requested() noexcept
{
    return g_requested;
}

}  // namespace turnout::cli
