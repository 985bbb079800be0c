/**
 * For tests that read config.json of any architecture without waiting: the product loads all but the first ones on demand.
 * Imported for what it does.
 */
import { loadEveryArchitecture } from "../architectures/registry.ts";

await loadEveryArchitecture();
