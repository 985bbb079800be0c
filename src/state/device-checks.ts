/** Checks of the graphics device that were passed are kept in this browser, and told every engine that opens a model. */
import { onDemand } from "../core/on-demand.ts";
import type { LoadRequest, ModelSummary } from "../engine/contract.ts";
import type { WorkerEngine } from "../engine/worker/client.ts";
import type { Environment } from "./environment.ts";

const loadKept = onDemand(() => import("./device-checks-kept.ts"));

export function rememberDeviceChecks(environment: Environment): Environment {
  const { records } = environment;
  const keep = (names: readonly string[]) =>
    void loadKept()
      .then(({ keepNames }) => keepNames(records, names))
      .catch(() => undefined);
  return {
    ...environment,
    createEngine() {
      const engine = environment.createEngine();
      let open: string | null = null;
      const methods: Pick<WorkerEngine, "load" | "checkDevice"> = {
        async load(source, options: LoadRequest, call): Promise<ModelSummary> {
          if (options.backend === "cpu") return engine.load(source, options, call);
          const kept = await loadKept().catch(() => null);
          const checked = (await kept?.readNames(records)) ?? [];
          const summary = await engine.load(source, { ...options, checked }, call);
          const { checks } = summary;
          open = checks?.open ?? null;
          if (checks && checks.passed.length > 0) keep(checks.passed);
          return summary;
        },
        async checkDevice(call) {
          const outcome = await engine.checkDevice(call);
          if (outcome.right && open !== null) keep([open]);
          return outcome;
        },
      };
      // All else is the engine's own, its failure as it stands too.
      return Object.assign(Object.create(engine) as WorkerEngine, methods);
    },
  };
}
