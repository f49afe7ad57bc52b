// Blocking and non-blocking helpers over one TCP socket, shared by the generator and the replayer.
#pragma once
#include "protocol/core/bytes.hpp"
#include "tools/loadgen/units.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace turnout::loadgen {

[[nodiscard]] std::uint64_t monotonic_ns() noexcept;
[[nodiscard]] std::uint64_t wall_ns() noexcept;

// Connects within `timeout_ns`; non-blocking and TCP_NODELAY afterwards. -1 and `error` otherwise.
[[nodiscard]] int connect_tcp(Endpoint const& target, std::uint64_t timeout_ns, std::string& error);

// Sends all bytes, waiting for room for at most `timeout_ns`. False: connection lost, or time is
// up. `fd` is non-blocking.
[[nodiscard]] bool send_all(int fd, ByteView bytes, std::uint64_t timeout_ns) noexcept;

// Waits for readability and reads once, appending. Bytes read; 0 = closed or failed, -1 = time is
// up.
[[nodiscard]] std::ptrdiff_t read_some(int fd, std::vector<std::byte>& in,
                                       std::uint64_t timeout_ns) noexcept;

}  // namespace turnout::loadgen
