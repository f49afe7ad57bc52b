#include "tools/cli/command.hpp"

#include <csignal>
#include <iostream>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

int main(int argc, char** argv)
{
    // Journal tools hold keys and card numbers: never in a core file, never for a debugger.
    (void)::prctl(PR_SET_DUMPABLE, 0);
    rlimit const no_core{.rlim_cur = 0, .rlim_max = 0};
    (void)::setrlimit(RLIMIT_CORE, &no_core);
    // A reader that went away (| head) ends us by an error on write, not by a signal.
    (void)std::signal(SIGPIPE, SIG_IGN);
    std::ios::sync_with_stdio(false);
    return turnout::cli::run_cli(
        {argv + 1, argv + argc},
        {std::cout, std::cerr, ::isatty(STDOUT_FILENO) != 0, ::isatty(STDERR_FILENO) != 0});
}
