// Writes a small text file for others to read. Start-up only.
#pragma once
#include <string>
#include <string_view>

namespace turnout::app {

// Replaces `path` as a whole: readers see the old content or the new. A symbolic link of that name
// is replaced, never followed, and neither is one that waits under the temporary name: whoever can
// write the directory must not choose which file we overwrite. Mode 0644 less the umask. Throws
// StartupError (kExitIo) naming the file; nothing is changed then.
void replace_file(std::string const& path, std::string_view content);

}  // namespace turnout::app
