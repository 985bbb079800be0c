/** Names of the cache's ports in ONNX files of the hub's layout. */
import { renamed } from "../../../../graph/compose.ts";
import type { Graph } from "../../../../graph/graph.ts";

const PAST = /^past_(key|value)\.(\d+)$/;
const PRESENT = /^(key|value)_out\.(\d+)$/;

/** `past_key.l` → `past_key_values.l.key`, `key_out.l` → `present.l.key`, and so the values. */
export function renameCachePorts(graph: Graph): Graph {
  return renamed(graph, (name) => {
    const [, past, pastLayer] = PAST.exec(name) ?? [];
    if (past) return `past_key_values.${pastLayer}.${past}`;
    const [, present, presentLayer] = PRESENT.exec(name) ?? [];
    return present ? `present.${presentLayer}.${present}` : name;
  });
}
