/** The small Qwen3-VL whose reference training/qwen3_vl_reference.py writes, as the suite of reference folders takes it. Tests only. */
import type { ArchitectureExpectations } from "./architecture-expectations.ts";
import type { ArchitectureFiles } from "./architecture-oracle-suite.ts";
import config from "./qwen3-vl/config.json" with { type: "json" };
import laterConfig from "./qwen3-vl/config.transformers5.json" with { type: "json" };
import expected from "./qwen3-vl/expected.json" with { type: "json" };
import { randomFile } from "./random-file.ts";

export function qwen3VlFiles(): ArchitectureFiles {
  const text = JSON.stringify(config);
  return {
    config: text,
    laterConfig: JSON.stringify(laterConfig),
    weights: randomFile(text),
    expected: expected as unknown as ArchitectureExpectations,
  };
}
