// TURNOUT_CHECK: a broken invariant of our own stops the process, in release builds too, because
// going on could post wrong money. Never use it for anything that a peer or a file can cause.
#pragma once
#include <cstdio>
#include <cstdlib>

namespace turnout::detail {

// Cold and out of line so that a check costs one predicted branch. The text names the invariant,
// never a value: values could be secret.
[[noreturn, gnu::cold, gnu::noinline]] inline void check_failed(char const* name, char const* file,
                                                                int line) noexcept
{
    std::fprintf(stderr, "turnout: broken invariant '%s' at %s:%d, stopping\n", name, file, line);
    std::abort();
}

}  // namespace turnout::detail

// `name` is a stable text that operators and tests can search for.
#define TURNOUT_CHECK(condition, name)                                        \
    do {                                                                      \
        if (!(condition)) [[unlikely]]                                        \
            ::turnout::detail::check_failed((name), __FILE_NAME__, __LINE__); \
    } while (false)

// Checks that are too dear for release; on in debug, fuzz and sanitizer builds.
#ifdef NDEBUG
#define TURNOUT_DCHECK(condition, name) \
    do {                                \
    } while (false)
#else
#define TURNOUT_DCHECK(condition, name) TURNOUT_CHECK(condition, name)
#endif
