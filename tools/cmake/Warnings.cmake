# Warnings are errors with both compilers, in every preset.
add_library(turnout_warnings INTERFACE)
target_compile_options(turnout_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor
  -Wold-style-cast -Wcast-align -Woverloaded-virtual -Wdouble-promotion
  -Wformat=2 -Wimplicit-fallthrough -Wundef -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # g++ reports paths that its inliner made up inside library headers; clang does not.
  target_compile_options(turnout_warnings INTERFACE -Wnull-dereference)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(turnout_warnings INTERFACE
    -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wuseless-cast)
  if(TURNOUT_SANITIZE)
    # Instrumentation makes the flow analysis see paths that do not exist.
    target_compile_options(turnout_warnings INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()
