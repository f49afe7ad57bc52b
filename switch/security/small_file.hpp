// Whole small files, read and replaced safely: key material only. Start-up only.
#pragma once
#include "protocol/core/bytes.hpp"

#include <optional>
#include <string>
#include <vector>

namespace turnout::security {

// Reads at most `bytes_max` bytes; nullopt with `errno` set when the file cannot be read, or EFBIG
// when it is longer. With `private_only`, EPERM unless it is a regular file of ours that nobody
// else may read, write or execute, not even ourselves execute.
[[nodiscard]] std::optional<std::vector<std::byte>> read_small_file(std::string const& path,
                                                                    std::size_t bytes_max,
                                                                    bool private_only);

// Creates `path` with mode 0600 and `content`, on stable storage when it returns true. All or
// nothing: a temporary file is written, synced and linked into place, then the directory is
// synced. False with `errno` set; EEXIST: there is one already and it was left alone.
[[nodiscard]] bool create_small_file(std::string const& path, ByteView content);

}  // namespace turnout::security
