/** Writes the tables of docs/performance.md anew from the reports in docs/gpu-reports: `npm run gpu-report:table`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DOCUMENT, readKeptReports } from "./kept-reports.ts";
import { reportTables, withTables } from "./tables.ts";

const root = join(import.meta.dirname, "..");
const file = join(root, DOCUMENT);
writeFileSync(file, withTables(readFileSync(file, "utf8"), reportTables(readKeptReports(root))));
