# CMake reads this where llama.cpp's own project begins, when pip compiles llama-cpp-python (scripts/foreign-python.ts):
# what its command line programs share, which takes as long to compile as all that is used here, is left out.
set(LLAMA_BUILD_COMMON OFF)
