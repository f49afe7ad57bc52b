#!/usr/bin/env python3
"""Configures and builds the library alone, installs it under a temporary prefix, moves that tree,
and builds and runs the consumer project against it: by find_package and by pkg-config.

usage: package_test.py --cxx COMPILER [--keep]
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIMEOUT_S = 280


def run(*command, env=None):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          timeout=TIMEOUT_S, env={**os.environ, **(env or {})}, check=False)
    if done.returncode != 0:
        sys.exit(f"FAILED ({done.returncode}): {' '.join(str(part) for part in command)}\n"
                 f"{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


def expect(good, what):
    if not good:
        sys.exit(f"FAILED: {what}")
    print(f"ok: {what}")


def version():
    text = (ROOT / "protocol/core/version.hpp").read_text()
    return re.search(r'kVersion = "([0-9.]+)"', text)[1]


def install(work, cxx):
    """The installed tree, at another place than it was installed to."""
    build, prefix = work / "build", work / "prefix"
    # What only the switch needs must not be looked for.
    run("cmake", "-G", "Ninja", "-S", ROOT, "-B", build, f"-DCMAKE_CXX_COMPILER={cxx}",
        "-DTURNOUT_ONLY_PROTOCOL=ON", "-DCMAKE_BUILD_TYPE=Release",
        "-DCMAKE_DISABLE_FIND_PACKAGE_OpenSSL=ON", "-Wno-dev")
    run("cmake", "--build", build)
    run("cmake", "--install", build, "--prefix", prefix)
    shutil.rmtree(build)
    moved = work / "moved"
    prefix.rename(moved)
    return moved


def by_find_package(work, tree, cxx):
    build = work / "consumer"
    run("cmake", "-G", "Ninja", "-S", ROOT / "tests/consumer", "-B", build,
        f"-DCMAKE_CXX_COMPILER={cxx}", f"-DCMAKE_PREFIX_PATH={tree}")
    run("cmake", "--build", build)
    return run(build / "consumer")


def by_pkg_config(work, tree, cxx):
    description = next(tree.rglob("turnout-iso8583.pc"))
    path = {"PKG_CONFIG_PATH": str(description.parent)}
    flags = run("pkg-config", "--cflags", "--libs", "turnout-iso8583", env=path).split()
    expect(run("pkg-config", "--modversion", "turnout-iso8583", env=path).strip() == version(),
           "pkg-config knows the version")
    program = work / "by-pkg-config"
    run(cxx, "-std=c++20", "-Wall", "-Wextra", "-Werror", ROOT / "tests/consumer/main.cpp", "-o",
        program, *flags)
    return run(program)


def wrong_version_is_refused(work, tree, cxx):
    project = work / "wanting"
    project.mkdir()
    (project / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(wanting LANGUAGES CXX)\n"
        "find_package(turnout-iso8583 99.0 REQUIRED)\n")
    done = subprocess.run(["cmake", "-S", project, "-B", project / "build",
                           f"-DCMAKE_CXX_COMPILER={cxx}", f"-DCMAKE_PREFIX_PATH={tree}"],
                          capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    expect(done.returncode != 0 and "compatible" in done.stderr, "another version is refused")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cxx", default="c++")
    parser.add_argument("--keep", action="store_true", help="wait before the tree is removed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="turnout-package-") as directory:
        work = pathlib.Path(directory)
        tree = install(work, options.cxx)
        headers = sorted(str(path.relative_to(tree)) for path in tree.rglob("*.hpp"))
        expect("include/turnout/protocol/iso8583/message_view.hpp" in headers,
               f"{len(headers)} headers are installed")
        expect(all(name.startswith("include/turnout/protocol/") for name in headers),
               "headers lie under include/turnout")
        expected = f"turnout-iso8583 {version()}: 35 bytes\n"  # 2 + 5 (TPDU) + 4 + 16 + 6 + 2
        for how in (by_find_package, by_pkg_config):
            said = how(work, tree, options.cxx)
            expect(said == expected, f"{how.__name__}: {said.strip()}")
        wrong_version_is_refused(work, tree, options.cxx)
        if options.keep:
            input(f"press return to remove {work} ")


if __name__ == "__main__":
    main()
