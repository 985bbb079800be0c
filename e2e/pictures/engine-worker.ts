/** Stands in for the page's worker while pictures are taken: the real protocol, and the engine without a model. */
import { createFakeEngine } from "../../src/engine/testing/fake-engine.ts";
import type { Endpoint, FromWorker } from "../../src/engine/worker/protocol.ts";
import { serveEngine } from "../../src/engine/worker/serve.ts";

/** Set in front of this script by `frozen-page.ts`: the model stays half loaded. */
declare const HOLD_LOADING: boolean;

const engine = createFakeEngine();
if (HOLD_LOADING) engine.gate("load");
serveEngine(self as unknown as Endpoint<FromWorker>, () => engine);
