/** Texts that lie in the archive. */

export const RUN_ON_UNIX = `#!/bin/sh
cd "$(dirname "$0")" || exit 1
if [ -x ./node ]; then exec ./node gpu-report.mjs "$@"; fi
exec node gpu-report.mjs "$@"
`;

export const RUN_ON_WINDOWS = [
  "@echo off",
  'cd /d "%~dp0"',
  "if exist node.exe (node.exe gpu-report.mjs %*) else (node gpu-report.mjs %*)",
  "",
].join("\r\n");

export function archiveReadme(withNode: boolean): string {
  const node = withNode ? "It brings its own Node." : "It needs Node 20.19 or newer.";
  return `Pivotscope: a report about this machine's GPU

Start it in this folder:

  ./run.sh                            Linux and macOS
  run.cmd                             Windows
  ./run.sh --random smolvlm-256m      also a model of full size (writes 513 MB of random weights for as long as it runs)
  ./run.sh --model FOLDER             also a model of your own, a checkpoint in Hugging Face layout

${node} It needs a graphics driver (on Linux: Vulkan), no browser and no network, and sends nothing anywhere.
It takes at most five minutes (--seconds N for more or less) and writes two files into "results": a page to read
(.html) and the numbers (.json). They name the GPU, the processor and the system, and neither you nor the computer.

To send a report: attach the .json file to an issue or a change of the project.

Inside are Pivotscope (MIT, see LICENSE) with code of others (third-party-notices.txt), Dawn by way of npm's webgpu (MIT
and BSD-3-Clause, see node_modules/webgpu/LICENSE.md)${withNode ? " and Node (MIT and others, see node-licence.txt)" : ""}.

Where macOS refuses to start it because it comes from the internet: xattr -dr com.apple.quarantine .
`;
}
