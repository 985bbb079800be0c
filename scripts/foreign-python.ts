/**
 * The Python in which other programs open our exports: a virtual environment with pinned packages, outside of the project,
 * made when it is first wanted and used again while its requirements stay the same. Run as a script it says which Python would
 * make it, or how to get one, and then exits with 1.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const TRAINING = resolve(import.meta.dirname, "..", "training");
const REQUIREMENTS = join(TRAINING, "requirements-foreign.txt");
const LLAMA_CPP = join(TRAINING, "foreign", "llama-cpp.cmake");
/** The packages' own: numpy and torch have files for these. */
const OLDEST = [3, 11] as const;

export const HOW_TO_GET_PYTHON =
  `no Python ${OLDEST.join(".")} or newer with pip and venv was found: apt-get install python3-venv (Debian, Ubuntu), ` +
  "https://www.python.org, or name one with PIVOTSCOPE_PYTHON";

export const HOW_TO_GET_A_COMPILER =
  "no C++ compiler was found, with which pip compiles llama.cpp: apt-get install g++ (Debian, Ubuntu), or name one with CXX";

/**
 * How llama.cpp is compiled: for any CPU of this kind (of x86 with AVX2), without its fastest kernels and with little optimisation, because the
 * models of tests are small and compiling is what takes time.
 */
const COMPILING = [
  "-DCMAKE_C_FLAGS_RELEASE='-O1 -DNDEBUG'",
  "-DCMAKE_CXX_FLAGS_RELEASE='-O1 -DNDEBUG'",
  ...["GGML_NATIVE", "GGML_LLAMAFILE", "GGML_CPU_REPACK", "GGML_OPENMP", "LLAMA_OPENSSL", "MTMD_VIDEO"].map(
    (option) => `-D${option}=OFF`,
  ),
  `-DCMAKE_PROJECT_llama.cpp_INCLUDE='${LLAMA_CPP}'`,
].join(" ");

export interface Python {
  readonly program: string;
  /** For example "3.11.7". */
  readonly version: string;
}

/** What the search asks, so that it can be tested without a machine of every kind. */
export interface PythonSearch {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What `program` prints when it says its version and looks for its parts; null where that fails. */
  readonly ask: (program: string) => string | null;
  /** Whether there is such a compiler. */
  readonly compiles: (program: string) => boolean;
}

const QUESTION = "import ensurepip, sys, venv; print('.'.join(map(str, sys.version_info[:3])))";

const THIS_MACHINE: PythonSearch = {
  environment: process.env,
  ask: (program) => {
    const { status, stdout } = spawnSync(program, ["-c", QUESTION], { encoding: "utf8" });
    return status === 0 ? stdout.trim() : null;
  },
  // Of compilers for Windows CMake knows where they are.
  compiles: (program) => process.platform === "win32" || spawnSync(program, ["--version"]).status === 0,
};

/** What the programs that open exports lack on this machine, and how to get it; null where nothing is lacking. */
export function missingForForeign(search: PythonSearch = THIS_MACHINE): string | null {
  if (findPython(search) === null) return HOW_TO_GET_PYTHON;
  const { CXX } = search.environment;
  const found = (CXX ? [CXX] : ["c++", "g++", "clang++"]).some((program) => search.compiles(program));
  return found ? null : HOW_TO_GET_A_COMPILER;
}

/** A Python that can make the environment, or null: the one that PIVOTSCOPE_PYTHON names, else one on the PATH. */
export function findPython(search: PythonSearch = THIS_MACHINE): Python | null {
  const named = search.environment.PIVOTSCOPE_PYTHON;
  for (const program of named ? [named] : ["python3", "python"]) {
    const version = search.ask(program);
    const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
    if (version !== null && major === OLDEST[0] && minor >= OLDEST[1]) return { program, version };
  }
  return null;
}

/** Where environments are kept; not among the models of hubs, which the command line lists and clears. */
function environments(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pivotscope-foreign");
}

/** Resolves once the command has ended well; what it prints goes to standard error. */
function run(program: string, args: readonly string[], environment = process.env): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: ["ignore", process.stderr, process.stderr], env: environment });
    child.on("error", fail);
    child.on("close", (status) => {
      if (status === 0) done();
      else fail(new Error(`${program} ${args.join(" ")} ended with status ${status}.`));
    });
  });
}

const programOf = (environment: string) =>
  process.platform === "win32" ? join(environment, "Scripts", "python.exe") : join(environment, "bin", "python");

/**
 * Path of the environment's Python; makes the environment where there is none with these requirements, which takes
 * some minutes and 1.2 GB. It is made beside its place, so that one that is there is whole.
 *
 * @throws Error where there is no Python, or the packages cannot be installed.
 */
export async function foreignPython(): Promise<string> {
  const python = findPython();
  const missing = missingForForeign();
  if (python === null || missing !== null) throw new Error(`The foreign suite cannot run: ${missing}.`);
  const files = [REQUIREMENTS, LLAMA_CPP].map((file) => readFileSync(file, "utf8"));
  const wanted = [...files, python.version, process.platform, process.arch];
  const name = createHash("sha256").update(wanted.join("\n")).digest("hex").slice(0, 12);
  const place = join(environments(), name);
  if (existsSync(place)) return programOf(place);
  const part = `${place}.${process.pid}.part`;
  console.error(`Installing the packages of training/requirements-foreign.txt into ${place} (once).`);
  mkdirSync(environments(), { recursive: true });
  try {
    await run(python.program, ["-m", "venv", part]);
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"];
    const environment = { ...process.env, CMAKE_ARGS: COMPILING };
    await run(programOf(part), [...install, "--requirement", REQUIREMENTS], environment);
    // Another run may have made it meanwhile.
    if (!existsSync(place)) renameSync(part, place);
    return programOf(place);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const found = findPython();
  const missing = missingForForeign();
  if (found && missing === null) console.log(`${found.program} ${found.version}`);
  else {
    console.error(missing);
    process.exitCode = 1;
  }
}
